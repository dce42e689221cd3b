"""MLflow: its files, its server, or GitLab's own endpoint, as MLFLOW_TRACKING_URI says."""

import os
import re
import socket
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

from training.errors import BadParameter
from training.trackers.sink import Figures, Run

# Where runs are kept, and where without it.
URI, DEFAULT = "MLFLOW_TRACKING_URI", "var/mlflow"
# An address without its scheme, which MLflow takes for a folder.
ADDRESS = re.compile(r"[^/\\]+:\d+(/.*)?")
# A failed request is repeated by whoever calls this, so that it is known soon why it failed.
QUICK = {
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",
    "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "1",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    # Its folders of files, the one kind of store that needs no server and no migrations.
    "MLFLOW_ALLOW_FILE_STORE": "true",
}
# In place of an address: the endpoint of the project whose job this is. How its path begins.
GITLAB = "gitlab"
GITLAB_PATH = "/api/v4/projects/"
# Of servers without one in their address, and how long one may take to accept a connection.
PORTS, PATIENCE = {"http": 80, "https": 443}, 10.0
# The most that one request may have, and the longest value that GitLab takes.
METRICS, PARAMETERS, LONGEST = 1000, 100, 250


class Mlflow:
    """A run of MLflow."""

    def __init__(self, run: Run) -> None:
        uri = os.environ.get("MLFLOW_TRACKING_URI") or DEFAULT
        given = QUICK
        if uri == GITLAB:
            uri, given = endpoint(os.environ), QUICK | access(os.environ)
        elif ADDRESS.fullmatch(uri):
            shown = uri.rpartition("@")[2]  # without a password
            raise BadParameter(URI, shown, f"http://{shown}, a database or a folder")
        uri, user = signed_in(uri)
        reach(uri)
        if user:
            given, os.environ[URI] = given | user, uri
        os.environ.update({name: value for name, value in given.items() if name not in os.environ})
        from mlflow.tracking import MlflowClient  # a second to import

        self._client: Any = MlflowClient(uri if "://" in uri else str(Path(uri).resolve()))
        self._monitor: Any = None
        info = self._client.get_run(run.known).info if run.known else self._begin(run)
        self.identifier = str(info.run_id)
        self.link = page(uri, info.experiment_id, self.identifier, run.links)

    def _begin(self, run: Run) -> Any:
        """Create the run and return what MLflow knows of it."""
        experiment = self._client.get_experiment_by_name(run.project)
        found = experiment and experiment.experiment_id
        found = found or self._client.create_experiment(run.project)
        return self._client.create_run(found, run_name=run.name, tags=tags(run)).info

    def parameters(self, run: Run) -> None:
        """Send them, and have MLflow record the machine's load from now on."""
        from mlflow.entities import Param

        given = [Param(name, str(value)[:LONGEST]) for name, value in run.parameters.items()]
        for start in range(0, len(given), PARAMETERS):
            self._client.log_batch(self.identifier, params=given[start : start + PARAMETERS])
        self._watch()

    def _watch(self) -> None:
        """Record the machine's load from a thread of MLflow's own."""
        from mlflow.system_metrics.system_metrics_monitor import SystemMetricsMonitor

        self._monitor = SystemMetricsMonitor(
            self.identifier, tracking_uri=self._client.tracking_uri
        )
        self._monitor.start()

    def figures(self, batch: Sequence[Figures]) -> None:
        """Send the figures, as many as one request may have at a time."""
        from mlflow.entities import Metric

        given = [
            Metric(name, value, int(1000 * one.time), one.step)
            for one in batch
            for name, value in one.values.items()
        ]
        for start in range(0, len(given), METRICS):
            self._client.log_batch(self.identifier, metrics=given[start : start + METRICS])

    def file(self, path: Path) -> None:
        """Upload a file. All are in one folder, since GitLab has no others."""
        self._client.log_artifact(self.identifier, str(path))

    def end(self, *, failed: bool) -> None:
        """Stop the monitor and set the run's status."""
        if self._monitor is not None:
            self._monitor.finish()
            self._monitor = None
        status, now = "FAILED" if failed else "FINISHED", int(1000 * time.time())
        self._client.set_terminated(self.identifier, status=status, end_time=now)


def endpoint(environment: Mapping[str, str]) -> str:
    """Return the address of the endpoint of the project whose job this is. Raises BadParameter."""
    if "CI_API_V4_URL" not in environment:
        raise BadParameter(URI, GITLAB, "it in GitLab's jobs only, which have CI_API_V4_URL")
    return f"{environment['CI_API_V4_URL']}/projects/{environment['CI_PROJECT_ID']}/ml/mlflow"


def reach(uri: str) -> None:
    """Connect to a server, so that why this fails is known before MLflow is imported.

    Raises OSError. A server behind a proxy is MLflow's to reach.
    """
    address = urlsplit(uri)
    scheme, host = address.scheme, address.hostname or ""
    if scheme not in PORTS or (scheme in getproxies() and not proxy_bypass(host)):
        return
    port = address.port or PORTS[scheme]
    try:
        socket.create_connection((host, port), timeout=PATIENCE).close()
    except OSError as error:
        raise ConnectionError(f"{host}:{port}: {error.strerror or error}") from error


def signed_in(uri: str) -> tuple[str, dict[str, str]]:
    """Return an address without user and password, and MLflow's variables for these.

    MLflow's errors and its log name the address, and both are kept with a job.

    >>> signed_in("https://me:a%40b@mlflow.example/x")
    ... # doctest: +NORMALIZE_WHITESPACE
    ('https://mlflow.example/x',
     {'MLFLOW_TRACKING_USERNAME': 'me', 'MLFLOW_TRACKING_PASSWORD': 'a@b'})
    >>> signed_in("https://mlflow.example"), signed_in("var/mlflow")
    (('https://mlflow.example', {}), ('var/mlflow', {}))
    """
    address = urlsplit(uri)
    user, at, host = address.netloc.rpartition("@")
    if not at or address.scheme not in ("http", "https"):
        return uri, {}
    name, _, password = map(unquote, user.partition(":"))
    known = {"MLFLOW_TRACKING_USERNAME": name, "MLFLOW_TRACKING_PASSWORD": password}
    return address._replace(netloc=host).geturl(), known


def access(environment: Mapping[str, str]) -> dict[str, str]:
    """Return MLflow's variables for GitLab's endpoint: a token, and a private authority's file.

    >>> access({"REPO_TOKEN": "glpat-1"}), access({"MLFLOW_TRACKING_TOKEN": "2", "REPO_TOKEN": "1"})
    ({'MLFLOW_TRACKING_TOKEN': 'glpat-1'}, {'MLFLOW_TRACKING_TOKEN': '2'})
    """
    token = environment.get("MLFLOW_TRACKING_TOKEN") or environment.get("REPO_TOKEN", "")
    file = environment.get("CI_SERVER_TLS_CA_FILE", "")
    found = {"MLFLOW_TRACKING_TOKEN": token, "MLFLOW_TRACKING_SERVER_CERT_PATH": file}
    return {name: value for name, value in found.items() if value}


def tags(run: Run) -> dict[str, str]:
    """Return the run's tags; GitLab takes commit, pipeline and merge request from the job's.

    >>> tags(Run("digits", "digits-1", {}, {"commit": "9f2c", "job_id": "5"}, Path("."), 1))
    {'commit': '9f2c', 'mlflow.source.git.commit': '9f2c', 'gitlab.CI_JOB_ID': '5'}
    """
    links = dict(run.links)
    job, project = links.pop("job_id", ""), links.pop("project_page", "")
    found = dict(links)
    if "commit" in links:
        found["mlflow.source.git.commit"] = links["commit"]
    if job:
        found["gitlab.CI_JOB_ID"] = job
    if project:  # MLflow shows this tag, in Markdown, as the run's description.
        pages = {name: link for name, link in links.items() if link.startswith("http")}
        found["mlflow.note.content"] = " · ".join(f"[{k}]({v})" for k, v in pages.items())
    return found


def page(uri: str, experiment: str, run: str, links: Mapping[str, str]) -> str:
    """Return where a person sees the run, without a password that a database's address may have.

    >>> page("https://mlflow.example/", "1", "ab12", {})
    'https://mlflow.example/#/experiments/1/runs/ab12'
    >>> gitlab = "https://git.example/api/v4/projects/7/ml/mlflow"
    >>> page(gitlab, "3", "ab12", {"project_page": "https://git.example/a/b"})
    'https://git.example/a/b/-/ml/experiments/3'
    >>> page("var/mlflow", "1", "ab12", {})
    'MLFLOW_ALLOW_FILE_STORE=true mlflow ui --backend-store-uri var/mlflow'
    """
    address = urlsplit(uri)
    user, at, _ = address.netloc.rpartition("@")
    shown = uri.replace(user + at, "", 1)
    if address.scheme not in ("http", "https"):
        allowed = "" if address.scheme else "MLFLOW_ALLOW_FILE_STORE=true "
        return f"{allowed}mlflow ui --backend-store-uri {shown}"
    if GITLAB_PATH in address.path:
        return f"{links.get('project_page', shown)}/-/ml/experiments/{experiment}"
    return f"{shown.rstrip('/')}/#/experiments/{experiment}/runs/{run}"
