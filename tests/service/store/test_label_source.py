"""Who gave a label is stored beside it, as the key says and not as the client does."""

import pytest
from sqlalchemy.engine import Engine

from perennial.http.keys import TRUSTED_FEEDBACK, Key

from service.store import writes
from service.store.label_source import LabelSource
from service.store.writes import Label
from service.store import tables
from tests.service import databases
from tests.service.databases import NOW, observed, output
from tests.service.fakes import Running


@pytest.mark.parametrize("trusted", [True, False])
def test_a_keys_name_and_role_are_the_source(trusted: bool) -> None:
    """Only the role makes labels trusted, whatever the key is called."""
    roles = frozenset({"feedback", *[TRUSTED_FEEDBACK] * trusted})
    scope = {"perennial.key": Key("trusted-hospital", roles), "headers": [(b"source", b"me")]}
    assert LabelSource.of(scope) == LabelSource("trusted-hospital", trusted)


def test_labels_without_keys_are_anonymous_and_not_trusted(service: Running) -> None:
    """A header of the client changes nothing."""
    (prediction,) = service.predict()
    body = {"prediction_id": prediction["prediction_id"], "label": "7"}
    headers = {"source": "hospital", "x-source": "hospital", "perennial.key": "hospital"}
    assert service.client.post("/feedback", json=body, headers=headers).status_code == 201
    engine = tables.connect(service.settings.database_url)
    [row] = databases.rows(engine, "labelled_predictions")
    engine.dispose()
    assert (row["source"], row["trusted"], row["subject"]) == ("anonymous", 0, None)


def test_the_first_label_of_a_prediction_keeps_its_source(engine: Engine) -> None:
    """Another source may repeat it; the row stays the first one's."""
    tables.create(engine)
    writes.insert_predictions(engine, [observed("a", "b")])
    first, second = LabelSource("nurse", True), LabelSource("robot", False)
    given = [Label("a", "dog", first), Label("a", "dog", second), Label("b", "dog", second)]
    writes.insert_feedback(engine, given, outputs=output, now=NOW)
    again = writes.insert_feedback(engine, [Label("b", "dog", first)], outputs=output, now=NOW)
    assert not isinstance(again[0], Exception) and not again[0].created
    rows = databases.rows(engine, "labelled_predictions")
    assert [(row["source"], bool(row["trusted"])) for row in rows] == [
        ("nurse", True),
        ("robot", False),
    ]
