"""The service's metrics about who may use it."""

from perennial.metric_names.metric import Metric

REFUSED = Metric(
    "service_requests_refused_total",
    "counter",
    "Requests refused for keys, roles, rates, hosts, media types, their size or their time.",
    ("status",),
)
KEYS_REFUSED = Metric(
    "service_keys_refused",
    "gauge",
    "1 while the changed file of API keys cannot be used and the keys from before stay valid.",
    (),
)
