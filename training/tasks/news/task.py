"""AG News: which of four topics is a piece of news about? Texts, with labels of people too."""

from perennial.kinds.inputs.text import TextInput
from perennial.kinds.outputs.classes import ClassesOutput
from training.task.files import rows_file
from training.task.rows_file import read_rows
from training.task.schema import Schema
from training.task.task import Rows, Task

FILE = rows_file("news")
LABEL, HELD_OUT = "label", "test"
# What people said who read a text; it is right in four of five rows, and teaches nothing.
HUMAN = "human_label"
TOPICS = ("World", "Sports", "Business", "Sci/Tech")


class News:
    """A sample of the AG News corpus, with labels of crowd workers.

    Source: Zhang, Zhao and LeCun, Character-level Convolutional Networks for Text Classification,
    NIPS 2015, of Gulli's AG corpus; labels of people: Huang et al., NoisyAG-News, 2024,
    arXiv:2407.06579.
    """

    input = TextInput(max_characters=10_000, cleaning=("nfkc", "lower", "symbols"))
    output = ClassesOutput(labels=TOPICS)
    schema = Schema()
    human = HUMAN
    about = (
        "Says whether a piece of news, its title and first sentences, is about the world, sports, "
        "business, or science and technology. Base rows: 10,000 texts of 2004 and 2005 to learn "
        "from, and the 7,600 of the published test set.\n\n"
        "Source: AG's corpus of news articles (Gulli), as split by Zhang, Zhao and LeCun, "
        "*Character-level Convolutional Networks for Text Classification*, NIPS 2015, for "
        "non-commercial research; title and description are joined, and all else is as published. "
        "The labels are the corpus's own. Those that crowd workers gave to the same texts (Huang "
        "et al., *NoisyAG-News*, [arXiv:2407.06579](https://arxiv.org/abs/2407.06579)) are kept "
        "beside them, and teach nothing.\n\n"
        "An example for this template. In English, of twenty years ago: not for today's news, "
        "other languages, or other topics."
    )

    def load(self) -> Rows:
        """Return all rows; `make data TASK=news` gets them."""
        return read_rows(FILE, self.input, label=LABEL, unused=(HUMAN,), held_out=HELD_OUT)


TASK: Task = News()
