"""What the relay asks of GitLab: is there such a pipeline, start one, how did it end."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import quote, urlencode

from monitoring.relay.audit import GATE_VERDICTS, AuditEntry, AuditEvent
from perennial.errors import InvalidField
from perennial.gitlab.client import connect, refusals
from perennial.gitlab.errors import GitLabRefused
from perennial.gitlab.reading import reading
from perennial.gitlab.refusal import Token
from perennial.plural import plural

# The job of ci/retrain.yml that judges, what it leaves, and its statuses that may have left it.
GATE, GATE_FILE = "gate", "artifacts/{model}/gate/gate.json"
RAN = ("success", "failed")
# The job that reads labelled rows, and what it leaves: how many it could accept.
COLLECT, COLLECT_FILE = "collect", "artifacts/{model}/collect/collect.json"
NOT_FOUND = 404
READ_TOKEN = Token(
    "RELAY_READ_TOKEN", "a project access token with the scope read_api", scope="read_api"
)
TRIGGER_TOKEN = Token("RELAY_TRIGGER_TOKEN", "a pipeline trigger token")
# How a retrain starts: by the relay, or by a person on the same branch. That is protected: only who
# may merge starts one there. So the user is not asked for, though GitLab names it: a retrain that a
# person starts by hand is the incident's too. The pipeline of a merge
# request can give itself any name.
SOURCES = ("trigger", "web", "api")
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
        """Return the first retrain of this exact name. Raises GitLabRefused."""

    def trigger(self, inputs: dict[str, str]) -> Pipeline:
        """Start a pipeline. Raises GitLabRefused if it surely was not, GitLabUnsure otherwise."""

    def status(self, pipeline: int) -> str:
        """Return a pipeline's status. Raises GitLabRefused."""

    def conclusion(self, pipeline: int, model: str) -> AuditEntry | None:
        """Return what the gate said, or that there were too few rows to train on.

        None where neither job came so far.  Raises GitLabRefused.
        """


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
        sources: Collection[str] = SOURCES,
    ) -> None:
        """ref, sources: of the pipelines that this relay starts and finds again."""
        self._reader = connect(url, token=read_token, timeout=timeout)
        self._sender = connect(url, timeout=timeout)
        self._project = f"/projects/{quote(project, safe='')}"
        self._ref, self._sources = ref, sources
        self._trigger_token = trigger_token

    def find(self, name: str) -> Pipeline | None:
        """Return the first pipeline of this exact name that a retrain can be, on its branch."""
        query = {"name": name, "ref": self._ref, "order_by": "id", "sort": "asc", "per_page": 100}
        found = self._read(f"{self._project}/pipelines", query)
        if not isinstance(found, list):
            raise GitLabRefused(f"GitLab answered {type(found).__name__}, expected a list")
        with reading("GitLab answered no pipelines"):
            mine = [item for item in found if self._is_retrain(item, name)]
        return _pipeline(mine[0]) if mine else None

    def _is_retrain(self, item: Any, name: str) -> bool:
        named = item.get("name", name) == name
        return bool(named and item["ref"] == self._ref and item["source"] in self._sources)

    def status(self, pipeline: int) -> str:
        """Return a pipeline's status."""
        return _pipeline(self._read(f"{self._project}/pipelines/{pipeline}", {})).status

    def conclusion(self, pipeline: int, model: str) -> AuditEntry | None:
        """Return what the jobs of gate or collect left among their artifacts."""
        jobs = self._read(f"{self._project}/pipelines/{pipeline}/jobs", {"per_page": 100})
        gate = _ended(jobs, GATE, RAN)
        if gate is not None:
            return _verdict(self._artifact(gate, GATE_FILE, model))
        refused = _ended(jobs, COLLECT, ("failed",))
        if refused is None:
            return None
        try:
            return _too_few(self._artifact(refused, COLLECT_FILE, model))
        except GitLabRefused as error:
            if error.status == NOT_FOUND:  # it failed for another reason
                return None
            raise

    def _artifact(self, job: int, file: str, model: str) -> Any:
        path = file.format(model=quote(model, safe=""))
        return self._read(f"{self._project}/jobs/{job}/artifacts/{path}", {})

    def trigger(self, inputs: dict[str, str]) -> Pipeline:
        """Start a pipeline with typed inputs.

        As a form, since python-gitlab's own call adds an empty `variables`, and variables are what
        projects forbid by default.
        """
        fields = {"token": self._trigger_token, "ref": self._ref}
        fields |= {f"inputs[{name}]": value for name, value in inputs.items()}
        with refusals("start a pipeline", TRIGGER_TOKEN, unsure=True):
            answer = self._sender.http_request(
                "post",
                f"{self._project}/trigger/pipeline",
                post_data=urlencode(fields).encode(),
                raw=True,
                extra_headers=FORM,
                obey_rate_limit=False,
            ).json()
        return _pipeline(answer, unsure=True)

    def _read(self, path: str, query: dict[str, Any]) -> Any:
        with refusals(f"GET {path}", READ_TOKEN):
            answer = self._reader.http_request("get", path, query_data=query, obey_rate_limit=False)
            return answer.json()


def _pipeline(answer: Any, *, unsure: bool = False) -> Pipeline:
    with reading("GitLab answered no pipeline", unsure=unsure):
        return Pipeline(int(answer["id"]), str(answer["web_url"]), str(answer["status"]))


def _ended(jobs: Any, name: str, statuses: Collection[str]) -> int | None:
    with reading("GitLab answered no jobs"):
        found = (int(x["id"]) for x in jobs if x["name"] == name and x["status"] in statuses)
        return next(found, None)


def _verdict(answer: Any) -> AuditEntry:
    with reading("the gate left no verdict"):
        verdict = AuditEvent(answer["decision"]["verdict"])
        if verdict not in GATE_VERDICTS:
            expected = f"one of {[*map(str, GATE_VERDICTS)]}"
            raise InvalidField("verdict", verdict.value, expected)
        growth = answer["decision"].get("growth")
        reason = "; ".join(answer["decision"]["reasons"])
        return AuditEntry(verdict, reason, None if growth is None else float(growth))


def _too_few(answer: Any) -> AuditEntry | None:
    with reading("the job collect left no count of its rows"):
        rows, least = int(answer["rows"]), int(answer["least_rows"])
    if rows >= least:
        return None
    reason = f"collect accepted {plural(rows, 'labelled row')}, expected at least {least}"
    return AuditEntry(AuditEvent.TOO_FEW, reason)
