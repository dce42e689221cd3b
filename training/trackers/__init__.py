"""The experiment trackers: one file each, registered in TRACKERS.

Training appends what happens to a file; a process for each tracker, with a low priority, sends it.
Only that process imports the tracker's own library, so training neither loads it nor waits for it.
"""

from training.trackers import dvclive, mlflow, wandb
from training.trackers.sink import Open

TRACKERS: dict[str, Open] = {
    "dvclive": dvclive.DvcLive,
    "mlflow": mlflow.Mlflow,
    "wandb": wandb.Wandb,
}
