"""The parameters of the toy task."""

from pathlib import Path

from training import params

FILE = Path(__file__).with_name("params.yaml")
NUMBERS = params.load("toy", FILE)
