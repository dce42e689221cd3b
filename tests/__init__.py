"""The specification of the project, one sentence a test."""
