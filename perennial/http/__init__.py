"""How our servers speak HTTP: with whatever clients, proxies and probes there are."""
