"""The subcommand `preview`: its options, and a picture for each dashboard."""

import argparse
import time
from dataclasses import replace

from monitoring.grafana.boards import boards
from monitoring.preview.ask import Asker
from monitoring.preview.dashboard import draw
from monitoring.preview.errors import NothingToShow
from monitoring.thresholds import Thresholds, seconds
from perennial.metric_names import service as metrics

# Seconds.
LEAST = 60.0


def run(options: argparse.Namespace) -> int:
    """Draw every dashboard and say where. Raises CommandFailed."""
    thresholds = Thresholds()
    end = time.time() if options.end is None else options.end
    for board in boards(thresholds):
        asker = Asker(
            url=options.prometheus,
            end=end,
            span=float(seconds(options.span or board.since.removeprefix("now-"))),
            values={
                "window": options.window or thresholds.short_window,
                "__rate_interval": options.rate_interval,
            },
        )
        if not asker.now(metrics.CREATED.name):
            raise NothingToShow(options.prometheus, f"{end:.0f}")
        path = options.out / f"{board.uid}.png"
        draw(board, asker if options.span else with_data(asker), path)
        print(path)
    return 0


def with_data(asker: Asker) -> Asker:
    """Return what asks about no more of its span than there are data of, a minute at least."""
    begin = asker.beginning(metrics.CREATED.name)
    if begin <= asker.start:
        return asker
    return replace(asker, span=min(asker.span, max(asker.end - begin, LEAST)), cut=True)
