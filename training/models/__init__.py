"""The models that can be trained: one file each, registered in MODELS.

A framework is imported only when its model is fitted.
"""

from training.models.cnn import Cnn
from training.models.linear import Linear
from training.models.model import Model

MODELS: dict[str, Model] = {"cnn": Cnn(), "linear": Linear()}
