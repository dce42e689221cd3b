"""docker-compose.yml, its images and its verbs: they fit each other and what they run."""
