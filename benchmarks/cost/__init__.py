"""Cost of monitoring: Prometheus' rules and memory, the service's counters, a million rows."""
