"""HTTP: routes, requests, answers."""
