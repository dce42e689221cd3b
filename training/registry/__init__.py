"""The model registry: which version serves and why, in git tags and in GitLab."""
