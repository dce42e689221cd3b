"""The HTTP metrics of the service, under prometheus-fastapi-instrumentator's names."""

REQUESTS = "http_requests_total"
LATENCY = "http_request_duration_highr_seconds"
LATENCY_BUCKET = f"{LATENCY}_bucket"
LATENCY_COUNT = f"{LATENCY}_count"
# Requests to these are the machinery's own: a replica that is not ready yet is no error.
PROBES = "/health|/ready|/metrics"
