"""What the service counts for each model version, and how it exports the counts."""
