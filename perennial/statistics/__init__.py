"""The single definition of every statistic: drift, evidence, and model metrics."""
