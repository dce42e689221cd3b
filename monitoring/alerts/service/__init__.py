"""The alerts on the service: one file each, which gives the alert of its name."""
