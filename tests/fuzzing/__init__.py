"""Requests made from an OpenAPI document, right and wrong ones, and what must hold for each."""
