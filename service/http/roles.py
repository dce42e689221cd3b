"""The role that each route needs; a path that is not here does not exist where there are keys."""

from perennial.http import docs
from perennial.http.keys import ADMIN, FEEDBACK, METRICS, PREDICT

PREDICT_PATH = "/predict"
V1_START, V1_END = "/v1/models/", ":predict"
V1_PATH = V1_START + "{name}"
V1_PREDICT_PATH = V1_PATH + V1_END
# Probes have no key and learn nothing but that the service is there.
OPEN = frozenset({"/health", "/ready"})
ROLES = {
    PREDICT_PATH: PREDICT,
    V1_PREDICT_PATH: PREDICT,
    V1_PATH: PREDICT,
    "/v1/models": PREDICT,
    "/model": PREDICT,
    "/feedback": FEEDBACK,
    "/metrics": METRICS,
    docs.PATH: ADMIN,
    docs.OPENAPI: ADMIN,
}


def template(path: str) -> str | None:
    """Return the route of a request's path, as ROLES names it; None if there is none.

    >>> template("/v1/models/digits:predict"), template("/metrics\\n")
    ('/v1/models/{name}:predict', None)
    """
    if path in ROLES:
        return path
    if path.startswith(V1_START):
        return V1_PREDICT_PATH if path.endswith(V1_END) else V1_PATH
    return None
