"""The alerts on models: one file each, which gives the alert of its name."""
