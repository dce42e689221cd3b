"""The promises of every model, each a named check, as scikit-learn's estimator_checks does it.

A test parametrised over `checks()` holds every file in training/models to all of them:

>>> {name.partition(": ")[2] for name, check in checks()} >= {"learns", "takes_its_kinds"}
True
"""

import math
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from perennial.bundle import TOKENIZER
from perennial.kinds.feeding import Feeding
from perennial.kinds.input_kind import InputKind
from perennial.kinds.wordpiece import WordPiece
from training.contracts.case import Case
from training.contracts.examples import EXAMPLES, Example, Part
from training.errors import BadParameter
from training.model import found
from training.model.figures import figures
from training.model.pairing import check_pairing
from training.model.portable import write_onnx

Check = Callable[[], None]
# Libraries that take seconds to import, or are absent where only params.yaml is read.
HEAVY = "jax keras lightgbm onnx skl2onnx sklearn tensorflow torch transformers xgboost".split()
TOLERANCE = 1e-4  # between the framework's values and those of ONNX Runtime
LEFT = 0.2  # share of the best constant answer's loss, on rows that are easy to tell apart


def checks(examples: Sequence[Example] = EXAMPLES) -> Iterator[tuple[str, Check]]:
    """Yield every check of every model found, with a name; a check raises AssertionError.

    examples: what the models are fitted to; each model to those that it takes.
    """
    for name in found.names():
        model = found.find(name)
        for about in OF_A_MODEL:
            yield f"{name}: {about.__name__}", partial(about, name)
        yield f"{name}: takes_its_kinds", partial(takes_its_kinds, name, examples)
        for one in examples:
            if not model.objection(one.schema, one.output.kind):
                case = Case(model, one)
                for check in OF_A_FIT:
                    yield f"{name} on {one.name}: {check.__name__}", partial(check, case)


def imports_no_framework(name: str) -> None:
    """Its file can be imported where no framework is installed, and at once."""
    code = f"import sys, {found.PACKAGE}.{name}; print(*set(sys.modules) & set({HEAVY!r}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert not done.stdout.strip(), f"{name}: imports {done.stdout.strip()} before it is fitted"


def parameters_refuse_unknown_keys(name: str) -> None:
    """A misspelt parameter is an error, not ignored."""
    model = found.find(name)
    try:
        model.Parameters.model_validate({**model.trial.model_dump(), "no_such_parameter": 1})
    except ValidationError:
        return
    raise AssertionError(f"{name}: Parameters accept no_such_parameter, expected a refusal")


def parameters_have_no_defaults(name: str) -> None:
    """Every number that changes the model is in params.yaml."""
    fields = found.find(name).Parameters.model_fields.items()
    given = [key for key, field in fields if not field.is_required()]
    assert not given, f"{name}: {', '.join(given)} have defaults, expected none"


def parameters_have_units(name: str) -> None:
    """Each says its unit or meaning as its description."""
    fields = found.find(name).Parameters.model_fields.items()
    silent = [key for key, field in fields if not field.description]
    assert not silent, f"{name}: {', '.join(silent)} have no description, expected the unit"


def parameters_are_frozen_and_plain(name: str) -> None:
    """They cannot change during training, and written to params.yaml they come back."""
    model = found.find(name)
    again = model.Parameters.model_validate(model.trial.model_dump(mode="json"))
    assert again == model.trial, f"{name}: {model.trial} comes back as {again}"
    assert model.Parameters.model_config.get("frozen"), f"{name}: Parameters can be changed"


def refuses_other_kinds(name: str) -> None:
    """A task with an output that it does not give is refused by name, before any training."""
    schema = EXAMPLES[0].schema
    try:
        check_pairing("params.yaml: a.train.model", name, schema, "no_such_kind")
    except BadParameter as error:
        assert name in str(error), f"{name}: is not named in {error}"
        return
    raise AssertionError(f"{name}: accepts the output no_such_kind, expected a refusal")


def takes_its_kinds(name: str, examples: Sequence[Example]) -> None:
    """It takes an example of every kind that it names, and none of another kind."""
    model = found.find(name)
    taken = {_kinds(one) for one in examples if not model.objection(one.schema, one.output.kind)}
    known = {_kinds(one) for one in examples}
    named = {
        (given, made) for given, made in known if given in model.inputs and made in model.outputs
    }
    assert taken == named, f"{name}: takes {sorted(taken)}, but names {sorted(named)}"


def gives_values(case: Case) -> None:
    """As many per row as the output is wide, and without a flaw in the eyes of its kind."""
    given, rows = case.values(), len(case.example.rows.validation.labels)
    shape = (rows, case.example.output.width)
    assert given.shape == shape, f"values have shape {given.shape}, expected {shape}"
    flaw = case.example.output.flaw(given)
    assert not flaw, flaw


def learns(case: Case, left: float = LEFT) -> None:
    """On easy rows that it was not fitted to, it loses little of what a constant answer does."""
    output, truths = case.example.output, case.example.rows.validation.labels
    loss = float(output.losses(case.values(), truths).mean())
    constant = np.tile(output.constant(truths), (len(truths), 1))
    most = left * float(output.losses(constant, truths).mean())
    assert loss <= most, f"mean loss is {loss:.3g}, expected at most {most:.3g}"


def takes_a_column_that_was_always_empty(case: Case) -> None:
    """If no training row has a number in the first column, it learns from the others.

    A later row may have one there, such as one of a new sensor.
    """
    one = case.example
    if not one.schema.modelled:
        return
    train, validation = (
        Part(_emptied(part.inputs), part.labels) for part in (one.rows.train, one.rows.validation)
    )
    rows = replace(one.rows, train=train, validation=validation)
    emptied = Case(case.model, replace(one, rows=rows))
    learns(emptied, 2 * LEFT)
    flaw = one.output.flaw(emptied.attempt.model.values(one.rows.validation.inputs))
    assert not flaw, flaw


def gives_the_same_figures_again(case: Case) -> None:
    """Fitted to the same rows with the same parameters, it is the same to the last bit."""
    again = case.fit()
    assert again.logged == case.attempt.logged, "the second fit logs other figures"
    inputs = case.example.rows.validation.inputs
    same = np.array_equal(again.model.values(inputs), case.values())
    assert same, "the second fit gives other values"


def leaves_the_rows_as_they_are(case: Case) -> None:
    """Nothing is written into what it is fitted to."""
    assert case.attempt.left_alone, "fit changed the rows that it was given"


def logs_its_figures(case: Case) -> None:
    """Once, or after each of at most as many epochs as it says; all four figures, each finite."""
    logged, names = case.attempt.logged, figures(case.example.output.headline)
    assert logged, "nothing was logged, expected the figures at least once"
    epochs = logged[0][1] or 1
    assert len(logged) <= epochs, f"logged {len(logged)} times, expected at most {epochs}"
    for given, _ in logged:
        bad = [name for name in names if not math.isfinite(given.get(name, math.nan))]
        assert not bad, f"logged no number for {', '.join(bad)}"


def says_what_trained_it(case: Case) -> None:
    """The framework with its version, the device and the precision are known."""
    fitted = case.attempt.model
    assert all(fitted.framework), f"framework is {fitted.framework}, expected name and version"
    assert fitted.device in ("cpu", "gpu"), f"device is {fitted.device!r}, expected cpu or gpu"
    assert fitted.precision, "precision is empty, expected such as float32"


def onnx_equals_the_framework(case: Case) -> None:
    """Its ONNX has one input and one output, takes any number of rows, and agrees within 1e-4.

    That holds for rows that lie half-way between those of the training too, where trees split.
    """
    inputs = np.concatenate([case.example.rows.validation.inputs, _half_way(case.example)])
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "model.onnx"
        write_onnx(case.attempt.model, file)
        run = _session(file, case.example.schema)
    together, alone = run(inputs), np.concatenate([run(inputs[row : row + 1]) for row in range(5)])
    assert together.dtype == np.float32, f"ONNX returns {together.dtype}, expected float32"
    gap = float(np.abs(together - case.attempt.model.values(inputs)).max())
    assert gap <= TOLERANCE, f"ONNX differs by {gap:.2g}, expected at most {TOLERANCE:.2g}"
    apart = float(np.abs(alone - together[:5]).max())
    assert apart <= TOLERANCE, f"a row alone differs from it in a batch by {apart:.2g}"


def _kinds(one: Example) -> tuple[str, str]:
    return one.schema.kind, one.output.kind


def _emptied(inputs: NDArray[Any]) -> NDArray[Any]:
    """Return rows of a table without a value in the first column."""
    emptied = inputs.copy()
    emptied[:, 0] = np.nan
    return emptied


def _half_way(example: Example) -> NDArray[Any]:
    """Return the training rows with each amount half-way to the next larger one of its column."""
    inputs = example.rows.train.inputs
    if inputs.dtype == object:
        return inputs[:0]
    flat = inputs.reshape(len(inputs), -1).copy()
    names = example.schema.modelled
    for place in range(flat.shape[1]):
        if not names or names[place].categories is None:
            ordered = np.sort(flat[:, place])
            flat[:-1, place] = (ordered[:-1] + ordered[1:]) / 2
    return flat.reshape(inputs.shape)


def _session(file: Path, schema: InputKind) -> Callable[[NDArray[Any]], NDArray[np.float32]]:
    """Return what runs a model on rows, fed as the service does it."""
    import onnxruntime

    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    inputs, outputs = session.get_inputs(), session.get_outputs()
    counts = (len(inputs), len(outputs))
    assert counts == (1, 1), f"ONNX has {counts} inputs and outputs, expected one of each"

    rank, row, shape = len(inputs[0].shape), tuple(inputs[0].shape[1:]), schema.shape
    # Of texts: (), a column, (1,), or their pieces, any number.
    assert row == shape or not shape, f"ONNX takes rows of shape {row}, expected {shape}"
    written = file.with_name(TOKENIZER)
    feeding = Feeding.of(schema, WordPiece.read(written) if written.exists() else None)
    given = inputs[0].type
    assert given == feeding.tensor, f"ONNX takes a {given}, expected a {feeding.tensor}"

    def run(rows: NDArray[Any]) -> NDArray[np.float32]:
        return np.asarray(session.run(None, {inputs[0].name: feeding.feed(rows, rank)})[0])

    return run


OF_A_MODEL = (
    imports_no_framework,
    parameters_refuse_unknown_keys,
    parameters_have_no_defaults,
    parameters_have_units,
    parameters_are_frozen_and_plain,
    refuses_other_kinds,
)
OF_A_FIT = (
    gives_values,
    learns,
    gives_the_same_figures_again,
    leaves_the_rows_as_they_are,
    takes_a_column_that_was_always_empty,
    logs_its_figures,
    says_what_trained_it,
    onnx_equals_the_framework,
)
