"""Sources of labels that stand for no key, so that no key may have these names."""

# Of a service without keys.
ANONYMOUS = "anonymous"
# Of labels from before sources were stored.
UNKNOWN = "unknown"
