"""A model that does not fit a task's input or output is refused before anything is trained."""

import pytest

from perennial.kinds.inputs.text import TextInput
from training.contracts.examples import EXAMPLES
from training.errors import BadParameter
from training.model import found
from training.model.pairing import check_pairing

FIELD = "params.yaml: a.train.model"


@pytest.mark.parametrize("name", found.names())
def test_a_model_is_paired_with_what_it_takes(name: str) -> None:
    """Of all kinds of input that are tried, it takes at least one."""
    model = found.find(name)
    taken = [one for one in EXAMPLES if not model.objection(one.schema, one.output.kind)]
    assert taken
    for one in taken:
        check_pairing(FIELD, name, one.schema, one.output.kind)


@pytest.mark.parametrize("name", found.names())
def test_another_output_is_refused(name: str) -> None:
    """The message has the field, the model, and what the model gives instead."""
    model = found.find(name)
    taken = next(one for one in EXAMPLES if not model.objection(one.schema, one.output.kind))
    with pytest.raises(BadParameter) as error:
        check_pairing(FIELD, name, taken.schema, "poem")
    message = str(error.value)
    assert message.startswith(f"{FIELD}: got {name!r}, expected a model of your own in ")
    assert message.endswith(", not poem") and "\n" not in message


def test_models_that_would_do_are_named() -> None:
    """Where there are any, a person can choose one of them."""
    for one in EXAMPLES:
        objections = {
            name: found.find(name).objection(one.schema, one.output.kind) for name in found.names()
        }
        good = [name for name, objection in objections.items() if not objection]
        for bad in objections.keys() - set(good):
            with pytest.raises(BadParameter) as error:
                check_pairing(FIELD, bad, one.schema, one.output.kind)
            wanted = f"one of {', '.join(good)}" if good else "a model of your own"
            assert f"expected {wanted}" in str(error.value)
            assert str(error.value).endswith(objections[bad])


def test_no_framework_is_needed_to_refuse() -> None:
    """A text is refused by every model of images without a fit."""
    for name in found.names():
        if "text" not in found.find(name).inputs:
            with pytest.raises(BadParameter, match="as input, not text"):
                check_pairing(FIELD, name, TextInput(), "classes")
