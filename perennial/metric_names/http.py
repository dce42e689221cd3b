"""The HTTP metrics of the service, under prometheus-fastapi-instrumentator's names."""

REQUESTS = "http_requests_total"
LATENCY = "http_request_duration_highr_seconds"
LATENCY_BUCKET = f"{LATENCY}_bucket"
LATENCY_COUNT = f"{LATENCY}_count"
# Probes and scrapes, not client requests: a replica that is not ready yet is not an error.
PROBES = "/health|/ready|/metrics"
