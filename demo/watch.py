"""Observe the loop from outside, over the interfaces that people and programs use."""

from dataclasses import dataclass
from typing import Any

import httpx

from monitoring.recording.series import DRIFTED, Window


@dataclass(frozen=True)
class Job:
    """One job of a pipeline."""

    id: int
    name: str
    status: str


@dataclass(frozen=True)
class Pipeline:
    """One pipeline, with its jobs in order."""

    id: int
    source: str
    status: str
    jobs: tuple[Job, ...]

    def job(self, name: str) -> str | None:
        """Return the status of a job, None if there is no such job."""
        return next((job.status for job in self.jobs if job.name == name), None)


@dataclass(frozen=True)
class MergeRequest:
    """The state of one merge request."""

    iid: int
    title: str
    state: str
    url: str


@dataclass(frozen=True)
class Observation:
    """The state of the loop at one time; None where Prometheus has no value yet.

    score: the accuracy that is recorded; where labels are not a fixed set, the mean loss.
    firing: the alerts that concern the serving version, or none of them.
    """

    version: str | None
    score: float | None
    labels: float | None
    psi: float | None
    drifted: int
    firing: tuple[str, ...]
    pipelines: tuple[Pipeline, ...]
    merge_requests: tuple[MergeRequest, ...]
    webhooks: int

    def triggered(self) -> tuple[Pipeline, ...]:
        """Return the pipelines that a trigger started."""
        return tuple(pipeline for pipeline in self.pipelines if pipeline.source == "trigger")


@dataclass(frozen=True)
class Addresses:
    """The addresses of the programs, and what one needs to ask them."""

    service: str
    prometheus: str
    relay: str
    forge: str
    project: str
    token: str
    service_key: str = ""


class Watch:
    """Queries the service, Prometheus and GitLab; raises httpx.HTTPError if one is down.

    window: of the rates that are shown, the short one of the model's limits.
    """

    def __init__(self, addresses: Addresses, *, window: str) -> None:
        self.addresses = addresses
        self._window = Window(window)
        self._http = httpx.Client(timeout=20)

    def look(self) -> Observation:
        """Return the current state of the loop."""
        manifest = self.manifest()
        version = manifest["version"] if manifest else None
        chosen, window = f'{{version="{version}"}}', self._window
        return Observation(
            version=version,
            score=self.query(f"max({window.accuracy}{chosen}) or max({window.loss}{chosen})"),
            labels=self.query(f"max({window.labels}{chosen})"),
            psi=self.query(f"max({window.psi}{chosen})"),
            drifted=int(self.query(f"sum({DRIFTED}{chosen})") or 0),
            firing=self._firing(version),
            pipelines=self._pipelines(),
            merge_requests=self._merge_requests(),
            webhooks=int(self.query("sum(relay_webhooks_total)") or 0),
        )

    def query(self, expression: str) -> float | None:
        """Return the value of an instant query, None if it has no series."""
        url = f"{self.addresses.prometheus}/api/v1/query"
        answer = self._http.get(url, params={"query": expression}).raise_for_status().json()
        result = answer["data"]["result"]
        return float(result[0]["value"][1]) if result else None

    def trace(self, job: Job) -> str:
        """Return the log of a job."""
        url = f"{self._api()}/jobs/{job.id}/trace"
        return self._http.get(url, headers=self._token()).raise_for_status().text

    def tail(self, job: Job) -> str:
        """Return the last lines of a job's log."""
        return "\n".join(self.trace(job).splitlines()[-15:])

    def page(self, request: MergeRequest) -> str:
        """Return a merge request's page as a reviewer sees it."""
        return self._http.get(request.url).raise_for_status().text

    def manifest(self) -> dict[str, Any] | None:
        """Return the manifest of the serving bundle; None if nothing serves yet."""
        key = {"X-API-Key": self.addresses.service_key}
        response = self._http.get(f"{self.addresses.service}/model", headers=key)
        if response.status_code == httpx.codes.SERVICE_UNAVAILABLE:
            return None
        found: dict[str, Any] = response.raise_for_status().json()["manifest"]
        return found

    def _firing(self, version: str | None) -> tuple[str, ...]:
        url = f"{self.addresses.prometheus}/api/v1/alerts"
        alerts = self._http.get(url).raise_for_status().json()["data"]["alerts"]
        firing = [alert["labels"] for alert in alerts if alert["state"] == "firing"]
        current = [labels for labels in firing if labels.get("version", version) == version]
        return tuple(sorted({labels["alertname"] for labels in current}))

    def _pipelines(self) -> tuple[Pipeline, ...]:
        rows = self._get("/pipelines", sort="asc")
        return tuple(
            Pipeline(
                row["id"],
                row["source"],
                row["status"],
                tuple(
                    Job(job["id"], job["name"], job["status"])
                    for job in sorted(self._get(f"/pipelines/{row['id']}/jobs"), key=_id)
                ),
            )
            for row in sorted(rows, key=_id)
        )

    def _merge_requests(self) -> tuple[MergeRequest, ...]:
        return tuple(
            MergeRequest(row["iid"], row["title"], row["state"], row["web_url"])
            for row in self._get("/merge_requests", state="all")
        )

    def _api(self) -> str:
        return (
            f"{self.addresses.forge}/api/v4/projects/{self.addresses.project.replace('/', '%2F')}"
        )

    def _token(self) -> dict[str, str]:
        return {"PRIVATE-TOKEN": self.addresses.token}

    def _get(self, path: str, **params: str) -> list[dict[str, Any]]:
        response = self._http.get(self._api() + path, params=params, headers=self._token())
        rows: list[dict[str, Any]] = response.raise_for_status().json()
        return rows


def _id(row: dict[str, Any]) -> int:
    return int(row["id"])
