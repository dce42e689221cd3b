"""The statements of the store: many predictions, or many labels, in one transaction each."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

import sqlalchemy as sql
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Dialect, Engine, RowMapping

from perennial.database import set_durable
from perennial.texts import STORABLE, storable
from perennial.errors import InvalidInput
from perennial.kinds.output_kind import Answer, OutputKind, SentLabel
from perennial.kinds.reading import number
from service.errors import FeedbackConflict, UnknownPrediction
from service.store.label_source import NOBODY, LabelSource
from service.store.tables import feedback, predictions

NO_INTERVAL = (None, None)
# Predictions of one statement. After each, Python's sqlite3 waits for the interpreter's lock, which
# the event loop has to let go. SQLite takes 32,766 parameters.
AT_ONCE = 64
_LONG = tuple(column.name for column in predictions.columns)
_SHORT = _LONG[: _LONG.index("subject")]
_Row = tuple[object, ...]
Outputs = Callable[[str, str], OutputKind | None]


class Observed(NamedTuple):
    """The predictions of one request; texts are the instances as JSON, time in Unix seconds.

    predictions: the answers of the output's kind, each with its `prediction_id`.
    subject: a pseudonym of the person whom the request is about, None if it names nobody.
    """

    model: str
    version: str
    output: OutputKind
    time: float
    texts: Sequence[bytes]
    predictions: Sequence[Answer]
    subject: str | None = None


@dataclass(frozen=True, slots=True)
class Label:
    """The true label that a client sends for a prediction."""

    prediction_id: str
    label: SentLabel
    source: LabelSource = NOBODY


@dataclass(frozen=True, slots=True)
class FeedbackResult:
    """A stored label; `created` is False where it was already stored.

    predicted, label: as text.  confidence: of the prediction, None without one.
    delay: seconds from the prediction to its label, 0 or more.
    interval: of the prediction, None without one.
    """

    model: str
    version: str
    predicted: str
    confidence: float | None
    label: str
    created: bool
    delay: float
    interval: tuple[float, float] | None = None


def utc(seconds: float) -> str:
    """Return Unix seconds as ISO 8601 of fixed width.

    >>> utc(0.5)
    '1970-01-01T00:00:00.500000+00:00'
    """
    whole, microseconds = divmod(round(seconds * 1e6), 1_000_000)
    return f"{_second(whole)}.{microseconds:06d}+00:00"


@lru_cache(maxsize=8)
def _second(seconds: int) -> str:
    """Return a second of UTC; kept, since thousands of rows have the same one."""
    return datetime.fromtimestamp(seconds, timezone.utc).replace(tzinfo=None).isoformat()


def insert_predictions(engine: Engine, observed: Iterable[Observed]) -> None:
    """Store the predictions of many requests."""
    short, long = _rows(observed)
    with engine.begin() as connection:
        set_durable(connection, False)
        for rows, columns in ((short, _SHORT), (long, _LONG)):
            whole = len(rows) - len(rows) % AT_ONCE
            # Call the driver directly: one dict per row would double the cost.
            if whole:
                starts = range(0, whole, AT_ONCE)
                many = [tuple(chain.from_iterable(rows[at : at + AT_ONCE])) for at in starts]
                connection.exec_driver_sql(_insertion(engine.dialect, columns, AT_ONCE), many)
            if rows[whole:]:
                connection.exec_driver_sql(_insertion(engine.dialect, columns, 1), rows[whole:])


@lru_cache(maxsize=8)
def _insertion(dialect: Dialect, columns: tuple[str, ...], rows: int) -> str:
    """Return the statement that inserts so many predictions."""
    one = str(predictions.insert().compile(dialect=dialect, column_keys=columns))
    head, values, row = one.partition(" VALUES ")
    return head + values + ", ".join([row] * rows)


def _rows(observed: Iterable[Observed]) -> tuple[list[_Row], list[_Row]]:
    """Return the rows without a subject and an interval, and those with one.

    Python's SQLite takes longer to bind three NULLs than five texts.
    """
    short: list[_Row] = []
    long: list[_Row] = []
    for model, version, output, time, texts, answers, subject in observed:
        observed_at = utc(time)
        for text, answer in zip(texts, answers, strict=True):
            label, confidence, interval = output.stored(answer)
            name = answer["prediction_id"]
            row = (name, model, version, observed_at, text.decode(), label, confidence)
            if subject is None and interval is None:
                short.append(row)
            else:
                long.append((*row, subject, *(interval or NO_INTERVAL)))
    return short, long


def insert_feedback(
    engine: Engine, labels: Sequence[Label], *, outputs: Outputs, now: float
) -> list[FeedbackResult | InvalidInput]:
    """Store labels durably and return each one's result, in order.

    outputs: (model, version) to its output; None where it is unknown, which allows any label.
    now: Unix seconds.
    """
    ids = [item.prediction_id for item in labels]
    with engine.begin() as connection:
        set_durable(connection, True)
        found = connection.execute(
            sql.select(
                predictions.c.prediction_id,
                predictions.c.model,
                predictions.c.version,
                predictions.c.observed_at,
                predictions.c.predicted,
                predictions.c.confidence,
                predictions.c.low,
                predictions.c.high,
            ).where(predictions.c.prediction_id.in_(ids))
        )
        known = {row["prediction_id"]: row for row in found.mappings()}
        texts = [_text(item, known.get(item.prediction_id), outputs) for item in labels]
        good: dict[str, dict[str, object]] = {}
        for item, text in zip(labels, texts, strict=True):
            if isinstance(text, str):
                good.setdefault(item.prediction_id, _row(item, text, utc(now)))
        created = _insert(connection, list(good.values()))
        stored = _stored(connection, ids)
    results: list[FeedbackResult | InvalidInput] = []
    for item, text in zip(labels, texts, strict=True):
        if isinstance(text, str):
            results.append(_result(known[item.prediction_id], text, stored, created, now))
        else:
            results.append(text)
    return results


def _text(item: Label, row: RowMapping | None, outputs: Outputs) -> str | InvalidInput:
    """Return the label's text, or what is wrong with it or with its prediction's id."""
    if row is None:
        expected = "the id of a prediction that this service returned"
        return UnknownPrediction("prediction_id", item.prediction_id, expected)
    output = outputs(row["model"], row["version"])
    try:
        return _any_label(item.label) if output is None else output.read_label(item.label)
    except InvalidInput as error:
        return error


def _any_label(label: SentLabel) -> str:
    """Return the text of a label of an unknown output. Raises InvalidInput."""
    if type(label) is not str:
        return str(number("label", label))
    if not storable(label):  # PostgreSQL would refuse all labels of the write
        raise InvalidInput("label", label, STORABLE)
    return label


def _row(item: Label, text: str, now: str) -> dict[str, object]:
    return {
        "prediction_id": item.prediction_id,
        "label": text,
        "labelled_at": now,
        "source": item.source.name,
        "trusted": item.source.trusted,
    }


def _insert(connection: Connection, rows: list[dict[str, object]]) -> set[str]:
    """Insert the labels of different predictions and return the ids of those that had none."""
    if not rows:
        return set()
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    statement = dialect.insert(feedback).on_conflict_do_nothing()
    returning = statement.returning(feedback.c.prediction_id)
    return set(connection.execute(returning, rows).scalars())


def _stored(connection: Connection, ids: Sequence[str]) -> dict[str, str]:
    columns = sql.select(feedback.c.prediction_id, feedback.c.label)
    found = connection.execute(columns.where(feedback.c.prediction_id.in_(ids)))
    return {row.prediction_id: row.label for row in found}


def _result(
    row: RowMapping, label: str, stored: dict[str, str], created: set[str], now: float
) -> FeedbackResult | InvalidInput:
    name = row["prediction_id"]
    if (first := stored[name]) != label:
        return FeedbackConflict("label", label, f"{first!r}, the label already stored")
    fresh = name in created
    created.discard(name)  # a label repeated in one batch counts once
    # The clocks of replicas may differ slightly; a counter of seconds must not decrease.
    delay = max(0.0, now - datetime.fromisoformat(row["observed_at"]).timestamp())
    return FeedbackResult(
        model=row["model"],
        version=row["version"],
        predicted=row["predicted"],
        confidence=row["confidence"],
        label=label,
        created=fresh,
        delay=delay,
        interval=None if row["low"] is None else (row["low"], row["high"]),
    )
