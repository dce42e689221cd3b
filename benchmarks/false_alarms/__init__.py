"""Claim: traffic without drift raises at most one false alert per month and model."""
