"""Every statistic, once: drift, evidence, and the metrics of models."""
