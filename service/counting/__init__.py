"""What the service counts of each model version, and how it is exported."""
