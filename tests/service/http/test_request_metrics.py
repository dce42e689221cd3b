"""HTTP metrics that several routes write."""

from service.http.request_metrics import HttpMetrics


def test_requests_are_counted_by_method_status_class_and_handler() -> None:
    """Status codes are grouped as the instrumentator groups them; latency goes into buckets."""
    http = HttpMetrics()
    http.expect("POST", "/predict")
    for status, seconds in ((200, 0.002), (201, 0.02), (422, 0.2)):
        http.observe("POST", "/predict", status, seconds)
    total, latency, highr = http.collect()
    counts = {s.labels["status"]: s.value for s in total.samples}
    assert counts == {"2xx": 2.0, "4xx": 1.0, "5xx": 0.0}
    buckets = {s.labels["le"]: s.value for s in latency.samples if "le" in s.labels}
    assert (buckets["0.005"], buckets["0.025"], buckets["+Inf"]) == (1.0, 2.0, 3.0)
    assert highr.name == "http_request_duration_highr_seconds"
