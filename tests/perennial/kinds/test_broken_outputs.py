"""A kind of output that breaks a promise of training fails the check of that promise."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, ClassVar, Self

import numpy as np
import pytest

from perennial.kinds.adjustment import Adjustment, Unadjusted
from perennial.kinds.contracts import output_scores as contract
from perennial.kinds.output_kind import OutputKind, Truths, Values
from perennial.kinds.outputs.classes import ClassesOutput
from perennial.statistics.counts import Floats
from perennial.statistics.metrics import METRICS, Metric
from tests.perennial.kinds.toys.amount import AmountOutput


class DetailsOverwriteRows(ClassesOutput):
    """Its details would change the sample size that export reads."""

    def details(self, values: Floats, truths: Truths) -> dict[str, Any]:
        """Return a figure with a name that is taken."""
        return {"rows": 7}


class DetailsOverwriteBounds(ClassesOutput):
    """Its details would change the interval of the headline."""

    def details(self, values: Floats, truths: Truths) -> dict[str, Any]:
        """Return a figure with a name that is taken."""
        return {"accuracy_low": 0.0}


class MetricNamedRows(ClassesOutput):
    """A metric would change the sample size."""

    @property
    def metrics(self) -> Mapping[str, Metric]:
        """Return one more."""
        return {**METRICS, "rows": METRICS["auc"]}


class HeadlineIsNotBrief(ClassesOutput):
    """No summary would show what decides."""

    @property
    def metrics(self) -> Mapping[str, Metric]:
        """Return them with another accuracy."""
        return {**METRICS, "accuracy": replace(METRICS["accuracy"], brief=False)}


class NoReference(ClassesOutput):
    """Monitoring would have nothing to compare with."""

    def reference(self, values: Values, truths: Truths) -> dict[str, float]:
        """Return nothing."""
        return {}


class ReferenceOfOtherRows(AmountOutput):
    """Monitoring would expect a loss that live labels never have."""

    def reference(self, values: Values, truths: Truths) -> dict[str, float]:
        """Return a mean that is too low."""
        found = super().reference(values, truths)
        return found | {"loss": found["loss"] / 2}


class FactsOverwriteSeconds(AmountOutput):
    """Its adjustment would change the time that training took."""

    def adjustment(self, values: Floats, truths: Truths) -> Adjustment:
        """Return one with a fact of a name that is taken."""

        class Timed(Unadjusted):
            facts: ClassVar[Mapping[str, float]] = {"seconds": 1.0}

        return Timed()


class BrokenIsRight(ClassesOutput):
    """A champion that answers nothing would be right where the first label is true."""

    def translated(self, values: Floats, given: Self) -> Floats:
        """Return certainty of the first label."""
        return np.tile(np.eye(self.width)[0], (len(values), 1))


class CertainShares(ClassesOutput):
    """A model that learnt nothing would lose less than what it is compared with."""

    def shares(self, truths: Truths) -> Floats:
        """Return certainty of the most frequent label."""
        return self.constant(truths)


class SureOfAnother(ClassesOutput):
    """A model would be surest where it is wrong."""

    def surprises(self, values: Floats, truths: Truths) -> Floats:
        """Return the log loss of the next label."""
        return super().surprises(values, (truths + 1) % self.width)


BROKEN: dict[Callable[[OutputKind], None], tuple[type[ClassesOutput | AmountOutput], ...]] = {
    contract.check_details_are_json: (DetailsOverwriteRows, DetailsOverwriteBounds),
    contract.check_metrics_are_named: (MetricNamedRows,),
    contract.check_surprises_are_log_losses_or_none: (CertainShares, SureOfAnother),
    contract.check_the_headline_is_the_score_of_the_losses: (HeadlineIsNotBrief,),
    contract.check_the_reference_is_what_live_labels_give: (NoReference, ReferenceOfOtherRows),
    contract.check_the_model_is_adjusted_as_values_are: (FactsOverwriteSeconds,),
    contract.check_a_broken_model_is_not_right: (BrokenIsRight,),
}
CASES = [(check, kind) for check, kinds in BROKEN.items() for kind in kinds]


@pytest.mark.parametrize(("check", "kind"), CASES, ids=[kind.__name__ for _, kind in CASES])
def test_a_broken_promise_is_seen(
    check: Callable[[OutputKind], None], kind: type[ClassesOutput | AmountOutput]
) -> None:
    """The check passes for the kind that it was made from, and fails for the broken one."""
    check(kind.__mro__[1].example())  # type: ignore[attr-defined]
    with pytest.raises(AssertionError):
        check(kind.example())
