"""The experiment trackers: one file each, registered in TRACKERS.

The tracker's own library is imported only when a run starts.
"""

from training.trackers import dvclive
from training.trackers.tracker import Start

TRACKERS: dict[str, Start] = {"dvclive": dvclive.start}
