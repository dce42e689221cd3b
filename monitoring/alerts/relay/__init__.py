"""The alerts on the relay and its pipelines: one file each, which gives the alert of its name."""
