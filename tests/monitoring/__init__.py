"""Monitoring: rules, alerts, drift statistics and the relay."""
