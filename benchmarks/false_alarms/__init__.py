"""Claim: traffic that does not change raises at most one false alert a month and model."""
