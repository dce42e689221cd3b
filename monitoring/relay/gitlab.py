"""What the relay asks of GitLab: is there such a pipeline, start one, how did it end."""

from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import quote, urlencode

import requests
from gitlab import Gitlab
from gitlab.exceptions import GitlabError
from urllib3.exceptions import NewConnectionError

from monitoring.relay.errors import GitlabFailed, GitlabUnsure
from monitoring.relay.policy import GATE_VERDICTS, AuditEntry, AuditEvent

# The job of ci/retrain.yml that judges, what it leaves, and its statuses that may have left it.
GATE, GATE_FILE = "gate", "artifacts/{model}/gate/gate.json"
RAN = ("success", "failed")
FORM = {"Content-type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True)
class Pipeline:
    """A pipeline as GitLab describes it."""

    id: int
    url: str
    status: str


class Pipelines(Protocol):
    """What the worker needs of GitLab."""

    def find(self, name: str) -> Pipeline | None:
        """Return the first pipeline of this exact name. Raises GitlabFailed."""

    def trigger(self, inputs: dict[str, str]) -> Pipeline:
        """Start a pipeline. Raises GitlabFailed if it surely was not, GitlabUnsure otherwise."""

    def status(self, pipeline: int) -> str:
        """Return a pipeline's status. Raises GitlabFailed."""

    def gate_verdict(self, pipeline: int, model: str) -> AuditEntry | None:
        """Return what the gate said, None where it was not reached. Raises GitlabFailed."""


class GitlabPipelines:
    """The pipelines of one project, through its API.

    Reading uses the read token. Triggering sends no token but the trigger's own: a read_api token
    in the header would be refused before the trigger token is looked at.
    """

    def __init__(
        self,
        url: str,
        *,
        project: str,
        ref: str,
        trigger_token: str,
        read_token: str,
        timeout: float,
    ) -> None:
        self._reader = Gitlab(url, private_token=read_token, timeout=timeout)
        self._sender = Gitlab(url, timeout=timeout)
        self._project = f"/projects/{quote(project, safe='')}"
        self._ref = ref
        self._trigger_token = trigger_token

    def find(self, name: str) -> Pipeline | None:
        """Return the first pipeline of this exact name."""
        query = {"name": name, "order_by": "id", "sort": "asc"}
        found = self._read(f"{self._project}/pipelines", query)
        if not isinstance(found, list):
            raise GitlabFailed(f"GitLab answered {type(found).__name__}, expected a list")
        named = [item for item in found if item.get("name", name) == name]
        return _pipeline(named[0]) if named else None

    def status(self, pipeline: int) -> str:
        """Return a pipeline's status."""
        return _pipeline(self._read(f"{self._project}/pipelines/{pipeline}", {})).status

    def gate_verdict(self, pipeline: int, model: str) -> AuditEntry | None:
        """Return what the gate's job left among its artifacts; None where it did not end."""
        jobs = self._read(f"{self._project}/pipelines/{pipeline}/jobs", {"per_page": 100})
        gate = _ended(jobs, GATE)
        if gate is None:
            return None
        file = GATE_FILE.format(model=quote(model, safe=""))
        return _verdict(self._read(f"{self._project}/jobs/{gate}/artifacts/{file}", {}))

    def trigger(self, inputs: dict[str, str]) -> Pipeline:
        """Start a pipeline with typed inputs.

        As a form, since python-gitlab's own call adds an empty `variables`, and variables are what
        projects forbid by default.
        """
        fields = {"token": self._trigger_token, "ref": self._ref}
        fields |= {f"inputs[{name}]": value for name, value in inputs.items()}
        try:
            answer = self._sender.http_request(
                "post",
                f"{self._project}/trigger/pipeline",
                post_data=urlencode(fields).encode(),
                raw=True,
                extra_headers=FORM,
                obey_rate_limit=False,
            )
            return _pipeline(answer.json())
        except requests.exceptions.ConnectTimeout as error:
            raise GitlabFailed(f"GitLab was not reached: {_reason(error)}") from error
        except requests.exceptions.ConnectionError as error:
            raise _connection(error) from error
        except (requests.exceptions.RequestException, ValueError, GitlabFailed) as error:
            raise GitlabUnsure(f"GitLab's answer was lost: {_reason(error)}") from error
        except GitlabError as error:
            raise _refusal(error) from error

    def _read(self, path: str, query: dict[str, Any]) -> Any:
        try:
            answer = self._reader.http_request("get", path, query_data=query, obey_rate_limit=False)
            return answer.json()
        except (requests.exceptions.RequestException, ValueError, GitlabError) as error:
            raise GitlabFailed(f"GitLab did not answer GET {path}: {_reason(error)}") from error


def _pipeline(answer: Any) -> Pipeline:
    try:
        return Pipeline(int(answer["id"]), str(answer["web_url"]), str(answer["status"]))
    except (KeyError, TypeError, ValueError) as error:
        raise GitlabFailed(f"GitLab answered no pipeline: {_reason(error)}") from error


def _ended(jobs: Any, name: str) -> int | None:
    try:
        return next((int(x["id"]) for x in jobs if x["name"] == name and x["status"] in RAN), None)
    except (KeyError, TypeError, ValueError) as error:
        raise GitlabFailed(f"GitLab answered no jobs: {_reason(error)}") from error


def _verdict(answer: Any) -> AuditEntry:
    try:
        verdict = AuditEvent(answer["decision"]["verdict"])
        reasons = "; ".join(answer["decision"]["reasons"])
    except (KeyError, TypeError, ValueError) as error:
        raise GitlabFailed(f"the gate left no verdict: {_reason(error)}") from error
    if verdict not in GATE_VERDICTS:
        raise GitlabFailed(
            f"the gate left {verdict.value!r}, expected one of {[*map(str, GATE_VERDICTS)]}"
        )
    return AuditEntry(verdict, reasons)


def _refusal(error: GitlabError) -> GitlabFailed | GitlabUnsure:
    code = error.response_code
    if code is not None and 400 <= code < 500 and code != 408:
        return GitlabFailed(f"GitLab refused: {_reason(error)}")
    return GitlabUnsure(f"GitLab failed: {_reason(error)}")


def _connection(error: requests.exceptions.ConnectionError) -> GitlabFailed | GitlabUnsure:
    # Only a connection that never stood is sure to have carried nothing.
    cause = error.args[0] if error.args else None
    reason = getattr(cause, "reason", cause)
    if isinstance(reason, NewConnectionError):
        return GitlabFailed(f"GitLab was not reached: {_reason(error)}")
    return GitlabUnsure(f"the connection to GitLab broke: {_reason(error)}")


def _reason(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:300]
