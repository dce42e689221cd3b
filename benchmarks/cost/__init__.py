"""What monitoring costs: Prometheus' rules and memory, the service's counters, a million rows."""
