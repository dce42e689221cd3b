"""The page `/docs` of our servers: Swagger UI, of one version whose scripts are held to hashes.

The browser loads the two files from a public address, and runs them only if they are what they were
when this was written; the page may load nothing else.
To raise the version: `npm pack swagger-ui-dist`, then `openssl dgst -sha384 -binary FILE | base64`.
"""

import base64
import hashlib
import json

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

PATH, OPENAPI = "/docs", "/openapi.json"
FILES = "https://cdn.jsdelivr.net/npm/swagger-ui-dist@5.35.0"
SCRIPT, STYLE = f"{FILES}/swagger-ui-bundle.js", f"{FILES}/swagger-ui.css"
SCRIPT_HASH = "sha384-gjRm0bEPMeTmMh5jT2cHccIwCUZSTd8YC+j0d0sXw0MdGEfScduGpSyF3ZSSLkX9"
STYLE_HASH = "sha384-WlYgdmXYOOBWL5apwjDEZwN+U3HmXSSu5R6V5aGxEcf7z+KuRNwBhoxKVN1i3D5I"


def docs_router(prefix: str) -> APIRouter:
    """Return the route of the page; prefix: of every path, behind a proxy."""
    router = APIRouter()
    start = _start(prefix)
    page, headers = _page(start), {"Content-Security-Policy": _policy(start)}

    @router.get(PATH, include_in_schema=False)
    async def docs() -> HTMLResponse:
        """Return the page."""
        return HTMLResponse(page, headers=headers)

    return router


def _start(prefix: str) -> str:
    options = {"url": prefix + OPENAPI, "dom_id": "#docs", "deepLinking": True}
    return f"SwaggerUIBundle({json.dumps(options)})".replace("<", "\\u003c")


def _page(start: str) -> str:
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Perennial</title>
<link rel="stylesheet" href="{STYLE}" integrity="{STYLE_HASH}" crossorigin="anonymous">
</head>
<body>
<div id="docs"></div>
<script src="{SCRIPT}" integrity="{SCRIPT_HASH}" crossorigin="anonymous"></script>
<script>{start}</script>
</body>
</html>
"""


def _policy(start: str) -> str:
    own = base64.b64encode(hashlib.sha256(start.encode()).digest()).decode()
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {SCRIPT} 'sha256-{own}'",
            f"style-src {STYLE} 'unsafe-inline'",  # Swagger UI sets styles of its elements
            "img-src 'self' data:",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    )
