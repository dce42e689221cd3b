"""Requests made from an OpenAPI document, right and wrong ones."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import httpx
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode

LONGEST = 20.0  # seconds
Case = schemathesis.Case[Any]
Cases = st.SearchStrategy[Case]


def ask(
    clients: Sequence[httpx.Client],
    *,
    count: int,
    start: int,
    headers: Mapping[str, str] | None = None,
    between: Callable[[], None] = lambda: None,
    every: int = 12,
) -> dict[int, int]:
    """Send requests to every route of each server and return how many had each status.

    clients: of servers that differ only in what is behind them, since to make a request takes most
    of the time.  count: at least so many, half of them with something wrong.  start: the seed.
    headers: for every request.  between: is called after each `every` requests.
    Raises AssertionError where a server fails or does not answer.
    """
    document = clients[0].get("/openapi.json").json()
    schema = schemathesis.openapi.from_dict(document)
    strategies: list[Cases] = []
    for operation in schema.get_all_operations():
        assert isinstance(operation, Ok), operation
        strategies += [operation.ok().as_strategy(generation_mode=mode) for mode in GenerationMode]
    cases = st.one_of(strategies)
    statuses: dict[int, int] = {}
    sent = 0

    def send(case: Case) -> None:
        nonlocal sent
        for client in clients:
            address = str(client.base_url)
            made = case.as_transport_kwargs(base_url=address, headers=dict(headers or {}))
            answer = client.request(**_known(made), timeout=LONGEST)
            assert answer.status_code < 500, (answer.text, case.as_curl_command())
            statuses[answer.status_code] = statuses.get(answer.status_code, 0) + 1
        sent += 1
        if sent % every == 0:
            between()

    for part in _parts(count):
        _run(send, cases, examples=part, start=start + sent)
    return statuses


def _parts(count: int, size: int = 2000) -> Iterator[int]:
    """Yield sizes of parts: Hypothesis remembers every example of a run."""
    for begun in range(0, count, size):
        yield min(size, count - begun)


def _run(
    send: Callable[[Case], None],
    cases: Cases,
    *,
    examples: int,
    start: int,
) -> None:
    once = settings(
        max_examples=examples,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    seed(start)(once(given(cases)(send)))()


def _known(made: dict[str, Any]) -> dict[str, Any]:
    """Return what httpx takes of the arguments that are meant for requests."""
    kept: dict[str, Any] = {
        name: made[name] for name in ("method", "url", "params", "headers", "json") if name in made
    }
    content = made.get("data")
    if content is not None:
        kept["content" if isinstance(content, (str, bytes)) else "data"] = content
    return kept
