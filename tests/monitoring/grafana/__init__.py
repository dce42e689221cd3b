"""Grafana as code, held against schemas, rules and a real Prometheus; no Grafana is needed."""
