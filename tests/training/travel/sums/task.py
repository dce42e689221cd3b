"""What a row of bits costs."""

from tests.perennial.kinds.toys.amount import AmountOutput
from tests.perennial.kinds.toys.bits import BitsInput
from tests.training.travel.sums.rows import SIZE, instances, label
from training.task.schema import Schema
from training.task.task import Rows, Task

ROWS = 700


class Sums:
    """Made up."""

    input = BitsInput(size=SIZE)
    output = AmountOutput(unit="EUR")
    schema = Schema()
    about = "Made up by the tests."

    def load(self) -> Rows:
        """Return the same rows every time."""
        sent = instances(ROWS, seed=1, last="0")
        return Rows(self.input.to_arrow(sent), [str(label(one)) for one in sent])


TASK: Task = Sums()
