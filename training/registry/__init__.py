"""Which version serves and why: tags in git, and GitLab's model registry."""
