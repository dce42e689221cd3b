"""Turn the service's counts into a decision to train again."""
