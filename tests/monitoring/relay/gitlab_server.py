"""A strict stand-in for GitLab's API over HTTP: pipelines by trigger, by name and by number."""

import threading
import time
from contextlib import ExitStack
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlsplit

from tests.http_server import Call, Reply, serving

PROJECT = "group/perennial"
TRIGGER_TOKEN = "glptt-trigger"
READ_TOKEN = "glpat-read"
FIELDS = {"token", "ref", "inputs[task]", "inputs[incident]", "inputs[incident_started]"}


class GitlabServer:
    """Serves while its `with` block lasts; `plan` says what happens to each coming trigger.

    "ok": started.  "500": not started.  "made-500": started, then 500.  "hang": no answer for
    `hang_seconds`, not started.  "made-hang": started, then no answer.  "broken": started, then the
    connection is cut.  "400": the branch is not known.
    """

    def __init__(self, *plan: str, port: int = 0, hang_seconds: float = 1.0) -> None:
        self.plan = list(plan)
        self.pipelines: list[dict[str, Any]] = []
        self.requests: list[str] = []
        self.hang_seconds = hang_seconds
        self._lock = threading.Lock()
        self.url = ""
        self._port = port
        self._open = ExitStack()

    def __enter__(self) -> Self:
        self.url = self._open.enter_context(serving(self._reply, port=self._port))
        return self

    def __exit__(self, *error: object) -> None:
        self._open.close()

    def _reply(self, call: Call) -> Reply:
        with self._lock:
            parts = urlsplit(call.target)
            path = unquote(parts.path)
            self.requests.append(f"{call.method} {path}")
            root = f"/api/v4/projects/{PROJECT}"
            if PROJECT.replace("/", "%2F") not in parts.path:
                return Reply(404, {"message": "404 Project Not Found"})
            if call.method == "POST" and path == f"{root}/trigger/pipeline":
                step = self.plan.pop(0) if self.plan else "ok"
                status, document = self._trigger(step, call.headers, call.body)
            else:
                step = "ok"
                status, document = self._read(call, root, path, parts.query)
        if "hang" in step:
            time.sleep(self.hang_seconds)
        return Reply(status, document)

    def _trigger(self, step: str, headers: Any, body: bytes) -> tuple[int, Any]:
        if headers.get("PRIVATE-TOKEN"):
            return 403, {"error": "insufficient_scope"}
        if headers.get("Content-Type") != "application/x-www-form-urlencoded":
            return 415, {"error": "not a form"}
        fields = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        if set(fields) != FIELDS:
            return 400, {"error": f"fields are {sorted(fields)}"}
        if fields["token"] != TRIGGER_TOKEN:
            return 404, {"message": "404 Not Found"}
        if step == "400" or fields["ref"] != "main":
            return 400, {"message": {"base": ["Reference not found"]}}
        if step in ("500", "hang"):
            return 500, {"message": "500 Internal Server Error"}
        made = self._make(fields)
        failures = {"made-500": 500, "made-hang": 500, "broken": -1}
        return failures.get(step, 201), made

    def _make(self, fields: dict[str, str]) -> dict[str, Any]:
        number = len(self.pipelines) + 101
        pipeline = {
            "id": number,
            "name": f"retrain {fields['inputs[task]']} {fields['inputs[incident]']}",
            "web_url": f"{self.url}/{PROJECT}/-/pipelines/{number}",
            "status": "created",
            "ref": fields["ref"],
            "source": "trigger",
            "started": fields["inputs[incident_started]"],
            "jobs": [],
        }
        self.pipelines.append(pipeline)
        return pipeline

    def _read(self, call: Call, root: str, path: str, query: str) -> tuple[int, Any]:
        if call.headers.get("PRIVATE-TOKEN") != READ_TOKEN:
            return 401, {"message": "401 Unauthorized"}
        if call.method == "GET" and path == f"{root}/pipelines":
            name = parse_qs(query)["name"][0]
            return 200, [item for item in self.pipelines if item["name"] == name]
        for pipeline in self.pipelines:
            if call.method == "GET" and path == f"{root}/pipelines/{pipeline['id']}":
                return 200, pipeline
            if call.method == "GET" and path == f"{root}/pipelines/{pipeline['id']}/jobs":
                return 200, pipeline["jobs"]
            for job in pipeline["jobs"]:
                for name, content in job.get("files", {}).items():
                    if call.method == "GET" and path == f"{root}/jobs/{job['id']}/artifacts/{name}":
                        return 200, content
        return 404, {"message": "404 Not Found"}
