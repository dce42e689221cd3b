"""The published files of the task news, and how its rows are made from them."""

import csv
import io

import pyarrow

from perennial.kinds.inputs.text import COLUMN
from training.task.published import Published
from training.tasks.news.task import HELD_OUT, HUMAN, LABEL, TOPICS

COMMIT = "ec6fcb77d51960a63936e985ea5a98aa79f7d08e"
FOLDER = f"NoisyAG-News-{COMMIT}/dataset"
# What a spreadsheet made of two titles in the publisher's file, which it took for formulas.
LOST = "#NAME?"
SCHEMA = pyarrow.schema(
    {
        COLUMN: pyarrow.string(),
        LABEL: pyarrow.string(),
        HUMAN: pyarrow.string(),
        HELD_OUT: pyarrow.bool_(),
    }
)


def convert(train: bytes, test: bytes) -> pyarrow.Table:
    """Return the rows of both files, each in the order of its texts.

    Takes the publisher's columns, and those of copies with words for codes, or with titles apart.
    Raises ValueError, LookupError.
    """
    rows = sorted(_rows(train, held_out=False)) + sorted(_rows(test, held_out=True))
    columns = zip(*rows, strict=True)
    arrays = [pyarrow.array(list(each), of.type) for each, of in zip(columns, SCHEMA, strict=True)]
    return pyarrow.table(arrays, schema=SCHEMA)


def _rows(content: bytes, *, held_out: bool) -> list[tuple[str, str, str | None, bool]]:
    found = []
    for line in csv.DictReader(io.StringIO(content.decode("utf-8"), newline="")):
        coded = "gt" in line  # the publisher's, where `label` is what people said
        text = line["text"] if "text" in line else _joined(line["title"], line["description"])
        human = None if held_out else _topic(line["label" if coded else "crowd_label"])
        found.append((text, _topic(line["gt" if coded else "label"]), human, held_out))
    return found


def _joined(title: str, description: str) -> str:
    """Return the text of a title and a description.

    >>> _joined("Oil up", "Prices rose."), _joined("-Posted by D.", "In what seems")
    ('Oil up . Prices rose.', '#NAME? . In what seems')
    """
    return f"{LOST if title.startswith('-') else title} . {description}"


def _topic(value: str) -> str:
    """Return the topic of a code or a word. Raises ValueError, LookupError.

    >>> _topic("3"), _topic("World")
    ('Sci/Tech', 'World')
    """
    return TOPICS[int(value) if value.isdigit() else TOPICS.index(value)]


PUBLISHED = Published(
    url=f"https://github.com/hhf-hd/NoisyAG-News/archive/{COMMIT}.zip",
    members=(f"{FOLDER}/samples10000valMed.csv", f"{FOLDER}/samplesTest.csv"),
    local=("ag_news/train.csv", "ag_news/test.csv"),
    convert=convert,
    content="3fa7d82453f306f9ff5be8e46d7197ae4b8b0f9b019d6772cb87c12fbf3f4d23",
)
