"""Logistic regression on the words of a text."""

from typing import Annotated

from pydantic import Field

from perennial.kinds.input_kind import InputKind
from perennial.kinds.output_kind import OutputKind
from tests.training.travel.fitted import FittedPipeline, fitted
from training.model.model import Log, Model, Rows
from training.model.parameters import Parameters


class WordsParameters(Parameters):
    """Parameters of the regression."""

    words: Annotated[int, Field(gt=0, description="most frequent words, at most")]


class Words(Model[WordsParameters]):
    """Counts of words, and a logistic regression."""

    inputs = frozenset({"text"})
    outputs = frozenset({"classes"})
    Parameters = WordsParameters
    trial = WordsParameters(words=50)

    def fit(
        self,
        rows: Rows,
        schema: InputKind,
        output: OutputKind,
        parameters: WordsParameters,
        log: Log,
    ) -> FittedPipeline:
        """Fit in one go."""
        from skl2onnx.common.data_types import StringTensorType
        from sklearn.feature_extraction.text import CountVectorizer
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline

        counts = CountVectorizer(
            lowercase=False, token_pattern="[a-zA-Z0-9]+", max_features=parameters.words
        )
        pipeline = make_pipeline(counts, LogisticRegression(C=10, max_iter=1000))
        return fitted(pipeline, StringTensorType([None, 1]), rows, output, log)
