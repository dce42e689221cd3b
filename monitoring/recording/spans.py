"""Ranges of PromQL that hold each sample, or each window of the past, once."""


def just_under(span: int) -> str:
    """Return a range of so many seconds without a sample at its beginning.

    Prometheus 2 takes both ends of a range, one interval too many; Prometheus 3 only the later.

    >>> just_under(3600)
    '3599s999ms'
    """
    return f"{span - 1}s999ms"
