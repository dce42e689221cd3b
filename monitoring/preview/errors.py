"""The error of the preview, in one sentence."""

from monitoring.errors import CommandFailed


class NothingToShow(CommandFailed):
    """Prometheus has no model at that time."""

    def __init__(self, url: str, when: str) -> None:
        super().__init__(f"{url} has no model at {when}; expected a time with data, see --end")
