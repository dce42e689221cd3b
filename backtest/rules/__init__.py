"""The rules of monitoring over arrays of counts, for simulations of what Prometheus decides."""
