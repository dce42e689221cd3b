"""Every error of the preview, one sentence each."""


class PreviewError(Exception):
    """The base."""


class PrometheusFailed(PreviewError):
    """Prometheus was not reached, or refused an expression."""

    def __init__(self, what: object, why: str) -> None:
        super().__init__(f"Prometheus did not answer {what}: {why.strip()}")


class NothingToShow(PreviewError):
    """Prometheus has no model at that time."""

    def __init__(self, url: str, when: str) -> None:
        super().__init__(f"{url} knows no model at {when}; expected a time with data, see --end")


class NoMatplotlib(PreviewError):
    """The preview's extra is not installed."""

    def __init__(self) -> None:
        super().__init__("matplotlib is not installed: pip install 'perennial[preview]'")
