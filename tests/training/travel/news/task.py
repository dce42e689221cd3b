"""News about rivers or sport."""

from perennial.kinds.inputs.text import TextInput
from perennial.kinds.outputs.classes import ClassesOutput
from tests.training.travel.news.rows import instances, label
from training.task.schema import Schema
from training.task.task import Rows, Task

ROWS = 700


class News:
    """Made up."""

    input = TextInput(max_characters=200)
    output = ClassesOutput(labels=("river", "sport"))
    schema = Schema()
    about = "Made up by the tests."

    def load(self) -> Rows:
        """Return the same texts every time; a few labels are wrong."""
        texts = instances(ROWS, seed=1)
        labels: list[str | None] = [label(one) for one in texts]
        labels[::25] = ["sport"] * len(labels[::25])
        return Rows(self.input.to_arrow(texts), labels)


TASK: Task = News()
