"""HTTP: routes, requests, responses."""
