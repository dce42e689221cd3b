"""The relay: one pipeline per model and incident, whatever happens."""
