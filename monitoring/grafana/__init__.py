"""Grafana as code: dashboards and provisioning, from the same source as the rules."""
