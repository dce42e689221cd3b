"""Claim: an estimate without labels is within 0.05 of the truth, or unknown, in 95 % of blocks."""
