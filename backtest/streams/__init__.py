"""Tasks for the backtest alone: streams of rows whose changes are known, or long."""

from pathlib import Path

from training.task.discovery import Tasks

FOLDER = Path(__file__).parent
STREAMS = Tasks(FOLDER, __name__)
