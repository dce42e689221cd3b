"""A model's ONNX needs no locale that a slim image lacks."""

from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
from skl2onnx.common.data_types import StringTensorType
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from tests.training.travel.fitted import FittedPipeline
from training.model.portable import write_onnx

TEXTS = ("The river bank has Fish", "A TEAM scored the goal", "fish in the RIVER", "Goal of a team")


@pytest.mark.parametrize("vectorizer", [TfidfVectorizer(), CountVectorizer()])
def test_a_vectorizer_as_it_comes_answers_as_in_training(tmp_path: Path, vectorizer: Any) -> None:
    """It makes texts lower case, for which ONNX Runtime's default locale would be missing."""
    pipeline = make_pipeline(vectorizer, LogisticRegression()).fit(TEXTS, [0, 1, 0, 1])
    fitted = FittedPipeline(pipeline, StringTensorType([None, 1]))
    write_onnx(fitted, tmp_path / "model.onnx")
    session = onnxruntime.InferenceSession(
        str(tmp_path / "model.onnx"), providers=["CPUExecutionProvider"]
    )
    asked = np.array([*TEXTS, "RIVER team", "Neither"])
    (found,) = session.run(None, {"rows": asked[:, None]})
    assert np.allclose(found, fitted.values(asked), atol=1e-5)
