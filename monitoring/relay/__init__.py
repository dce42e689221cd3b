"""The relay: turns an alert into exactly one GitLab pipeline per model and incident."""
