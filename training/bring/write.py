"""Writes the folders of a task that was inferred from a file."""

import html
import io
import json
import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from perennial.plural import plural
from training.bring.choice import choose
from training.bring.code import code
from training.bring.inferred import Inferred
from training.bring.reading import write_reading
from training.model import found
from training.task.card import CARD
from training.task.creation import SKELETON
from training.task.files import data_folder, folder, params_file
from training.task.rows_file import converted
from training.task.stages import write_stages_of

CARD_TEXT = """\
Predicts `{label}` from {columns} of a table.

**Rows**: {rows} of the file {file}. *Fill in: what a row is, who collected the rows and when, and
how the values of `{label}` came about.*

**Use**: *fill in: what the answers are for, who acts on them, and what they must not be used for.*

**Limits**: *fill in: what the rows do not cover, such as places, times or groups of people, and
which mistakes cost most.*
"""
README = """\
# {title}
`rows.parquet` has the rows of {file} ({form}), as `make task` read them. `reading.json` says
how, for `make send`. `feedback.parquet` appears with the first retrain.

| column | what it was taken for |
|---|---|
{columns}

What to look at:
{doubts}
"""
# Rows from before an incident for each of its own, where a retrain may choose among them by time.
EARLIER = 20
SHARES = {"validation": 0.15, "test": 0.25}


def write(inferred: Inferred, root: Path) -> list[Path]:
    """Write code, parameters, card, example, rows and stages; return the files.

    The folder of the code may be there, empty: it is made first, so that no other takes the name.
    """
    name = inferred.request.name
    place, data = root / folder(name), root / data_folder(name)
    place.mkdir(parents=True, exist_ok=True)
    data.mkdir(parents=True)
    texts = {
        place / "__init__.py": f'"""The task {name}."""\n',
        place / "task.py": code(inferred),
        place / CARD: _card(inferred),
        place / "example.json": _example(inferred),
        root / params_file(name): _params(inferred),
        data / "README.md": _readme(inferred),
    }
    for file, text in texts.items():
        file.write_text(text, encoding="utf-8")
    _write_rows(inferred, data / "rows.parquet")
    headline = inferred.target.output.headline
    reading = write_reading(inferred.reading, name, root)
    return [*texts, reading, data / "rows.parquet", write_stages_of(name, headline, root)]


def _write_rows(inferred: Inferred, file: Path) -> None:
    from pyarrow import parquet

    parquet.write_table(inferred.rows, file, compression="zstd")


def _params(inferred: Inferred) -> str:
    """Return the parameters of the skeleton, with those of the chosen model and of this target."""
    yaml = YAML()
    document = yaml.load((SKELETON / "params.yaml").read_text(encoding="utf-8"))
    document["prepare"].update(SHARES)
    chosen = choose(inferred.input, inferred.target.output.kind)
    train = document["train"]
    train["model"] = chosen["model"]
    train["parameters"].clear()
    fields = found.find(chosen["model"]).Parameters.model_fields
    for key, value in chosen["parameters"].items():
        train["parameters"][key] = value
        train["parameters"].yaml_add_eol_comment(str(fields[key].description), key)
    if inferred.input.time is not None:
        document["collect"]["earlier"] = EARLIER
    document["gate"]["floor"] = inferred.target.floor
    document["export"]["tolerance"] = inferred.target.tolerance
    text = io.StringIO()
    yaml.dump(document, text)
    return text.getvalue()


def _card(inferred: Inferred) -> str:
    return CARD_TEXT.format(
        label=inferred.label,
        columns=plural(len(inferred.input.modelled), "column"),
        rows=plural(len(inferred.rows), "row"),
        file=inferred.request.file.name,
    )


def _readme(inferred: Inferred) -> str:
    lines = [f"| {_cell(one.title)} | {_cell(one.says)} |" for one in inferred.columns]
    lines.append(f"| {inferred.label} | predicted: {_cell(inferred.target.says)} |")
    return README.format(
        title=inferred.request.name.capitalize(),
        file=inferred.request.file.name,
        form=inferred.form,
        columns="\n".join(lines),
        doubts="\n".join(f"- {_cell(doubt)}" for doubt in inferred.doubts()) or "- nothing",
    )


def _cell(text: str) -> str:
    """Return words of the file as Markdown that shows them, and nothing else.

    >>> _cell("a|b <img src=x>")
    'a\\\\|b &lt;img src=x&gt;'
    """
    shown = html.escape(" ".join(text.split()), quote=False)
    return re.sub(r"([|\[\]`])", r"\\\1", shown)


def _example(inferred: Inferred) -> str:
    """Return a request with the first row, as an object."""
    first = converted(inferred.rows.slice(0, 1), inferred.input.arrow_schema())
    row: Mapping[str, Any] = first.to_pylist()[0]
    instance = {
        column.name: _json(row.get(column.name))
        for column in inferred.input.columns
        if not getattr(column, "sensitive", None)
    }
    return json.dumps({"instances": [instance]}, indent=2, ensure_ascii=False) + "\n"


def _json(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    return value
