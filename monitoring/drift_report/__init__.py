"""A report on drift for a merge request or an incident: a table, and a page with plots."""
