"""What comes back in place of Prometheus's answer is one error."""

import pytest

from monitoring.errors import PrometheusFailed
from monitoring.prometheus_client import Prometheus
from tests.raw_server import CUT, CUT_502, HTML, NOT_HTTP, sending


@pytest.mark.parametrize("reply", [CUT, CUT_502, HTML, NOT_HTTP])
def test_an_answer_that_is_cut_short_is_an_error(reply: bytes) -> None:
    """So is one of another kind of server."""
    with sending(reply) as (url, _), pytest.raises(PrometheusFailed):
        Prometheus(url).at("up", 0)
