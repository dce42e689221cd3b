"""A strict stand-in for GitLab's API over HTTP: pipelines by trigger, by name and by number."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlsplit

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
        self._server = ThreadingHTTPServer(("127.0.0.1", port), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def answer(self, method: str, target: str, headers: Any, body: bytes) -> tuple[int, Any]:
        """Return status and document; a negative status cuts the connection."""
        with self._lock:
            parts = urlsplit(target)
            path = unquote(parts.path)
            self.requests.append(f"{method} {path}")
            root = f"/api/v4/projects/{PROJECT}"
            if PROJECT.replace("/", "%2F") not in parts.path:
                return 404, {"message": "404 Project Not Found"}
            if method == "POST" and path == f"{root}/trigger/pipeline":
                step = self.plan.pop(0) if self.plan else "ok"
                status, document = self._trigger(step, headers, body)
            else:
                step, (status, document) = "ok", self._read(
                    method, root, path, parts.query, headers
                )
        if "hang" in step:
            time.sleep(self.hang_seconds)
        return status, document

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
            "started": fields["inputs[incident_started]"],
            "jobs": [],
        }
        self.pipelines.append(pipeline)
        return pipeline

    def _read(self, method: str, root: str, path: str, query: str, headers: Any) -> tuple[int, Any]:
        if headers.get("PRIVATE-TOKEN") != READ_TOKEN:
            return 401, {"message": "401 Unauthorized"}
        if method == "GET" and path == f"{root}/pipelines":
            name = parse_qs(query)["name"][0]
            return 200, [item for item in self.pipelines if item["name"] == name]
        for pipeline in self.pipelines:
            if method == "GET" and path == f"{root}/pipelines/{pipeline['id']}":
                return 200, pipeline
            if method == "GET" and path == f"{root}/pipelines/{pipeline['id']}/jobs":
                return 200, pipeline["jobs"]
            for job in pipeline["jobs"]:
                for name, content in job.get("files", {}).items():
                    if method == "GET" and path == f"{root}/jobs/{job['id']}/artifacts/{name}":
                        return 200, content
        return 404, {"message": "404 Not Found"}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer("GET")

            def do_POST(self) -> None:
                self._answer("POST")

            def _answer(self, method: str) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                status, document = server.answer(method, self.path, self.headers, body)
                if status < 0:
                    self.close_connection = True
                    return
                payload = json.dumps(document).encode()
                try:
                    self.send_response(status)
                    self.send_header("Content-Type", "application/json")
                    self.send_header("Content-Length", str(len(payload)))
                    self.end_headers()
                    self.wfile.write(payload)
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True  # The relay did not wait for the answer.

            def log_message(self, format: str, *args: Any) -> None:
                """Stay silent."""

        return Handler
