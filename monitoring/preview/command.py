"""The subcommand `preview`: its options, and a picture for each dashboard."""

import argparse
import time

from monitoring.grafana.boards import boards
from monitoring.preview.ask import Asker
from monitoring.preview.dashboard import draw
from monitoring.preview.errors import NothingToShow
from monitoring.thresholds import Thresholds, seconds
from perennial.metric_names import service as metrics


def run(options: argparse.Namespace) -> int:
    """Draw every dashboard and say where. Raises CommandFailed."""
    thresholds = Thresholds()
    end = time.time() if options.end is None else options.end
    for board in boards(thresholds):
        span = options.span or board.since.removeprefix("now-")
        asker = Asker(
            url=options.prometheus,
            end=end,
            span=float(seconds(span)),
            values={
                "window": options.window or thresholds.short_window,
                "__rate_interval": options.rate_interval,
            },
        )
        if not asker.now(metrics.CREATED.name):
            raise NothingToShow(options.prometheus, f"{end:.0f}")
        path = options.out / f"{board.uid}.png"
        draw(board, asker, path)
        print(path)
    return 0
