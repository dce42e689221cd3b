"""The benchmarks' own parts: what they simulate is what they say."""
