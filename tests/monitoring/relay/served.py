"""An application behind a real uvicorn in a thread, with a client for it."""

import threading
import time
from types import TracebackType

import httpx
from starlette.types import ASGIApp

from perennial.http.server import server


class Served:
    """Serves while its `with` block lasts, which gives the client."""

    def __init__(self, app: ASGIApp) -> None:
        self._server = server(
            app,
            host="127.0.0.1",
            port=0,
            request_seconds=30,
            keep_alive_seconds=75,
            grace_seconds=5,
            log_level="warning",
        )
        self._thread = threading.Thread(target=self._server.run)

    def __enter__(self) -> httpx.Client:
        self._thread.start()
        deadline = time.monotonic() + 20
        while not self._server.started:
            assert time.monotonic() < deadline and self._thread.is_alive(), "uvicorn did not start"
            time.sleep(0.01)
        port = self._server.servers[0].sockets[0].getsockname()[1]
        # Of every request: bodies that a test writes itself have no type otherwise.
        headers = {"Content-Type": "application/json"}
        self._client = httpx.Client(
            base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=10
        )
        return self._client

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._client.close()
        self._server.should_exit = True
        self._thread.join()
