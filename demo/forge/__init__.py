"""A stand-in for GitLab: its API, git over HTTP and pipelines, for one project on this machine."""
