"""Pictures of the dashboards, drawn from a Prometheus without a Grafana."""
