"""GitLab: the client, and what its refusals mean."""
