"""A decision tree over a table: numbers and the indices of categories, -1 where one is missing."""

from typing import Annotated

from pydantic import Field

from perennial.kinds.input_kind import InputKind
from perennial.kinds.output_kind import OutputKind
from tests.training.travel.fitted import FittedPipeline, fitted
from training.model.model import Log, Model, Rows
from training.model.parameters import Parameters


class TreeParameters(Parameters):
    """Parameters of the tree."""

    depth: Annotated[int, Field(gt=0, description="levels, at most")]


class Tree(Model[TreeParameters]):
    """A decision tree."""

    inputs = frozenset({"table"})
    outputs = frozenset({"classes"})
    Parameters = TreeParameters
    trial = TreeParameters(depth=4)

    def fit(
        self,
        rows: Rows,
        schema: InputKind,
        output: OutputKind,
        parameters: TreeParameters,
        log: Log,
    ) -> FittedPipeline:
        """Fit in one go."""
        from skl2onnx.common.data_types import FloatTensorType
        from sklearn.impute import SimpleImputer
        from sklearn.pipeline import make_pipeline
        from sklearn.tree import DecisionTreeClassifier

        pipeline = make_pipeline(
            SimpleImputer(strategy="constant", fill_value=-1, keep_empty_features=True),
            DecisionTreeClassifier(max_depth=parameters.depth, random_state=0),
        )
        return fitted(pipeline, FloatTensorType([None, *schema.shape]), rows, output, log)
