"""The encoder of BERT, from weights that somebody trained before or from scratch."""

from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import Field

from perennial.kinds.input_kind import InputKind
from perennial.kinds.output_kind import OutputKind
from training.errors import BadParameter
from training.model.model import Log, Model, Rows
from training.models import _pretrained as pretrained
from training.models._int8 import Int8
from training.models._tokens import Fit, FittedTokens, TokenParameters, fit_tokens
from training.models._transformer import Size, build
from training.models._vocabulary import fit_tokenizer

MOST = 256  # pieces of a text that n-grams are counted in; the encoder reads the first `longest`


class TransformerParameters(TokenParameters):
    """Parameters of the encoder."""

    pretrained: Annotated[
        str,
        Field(description="a folder or an installed package with weights; empty: from scratch"),
    ]
    vocabulary: Annotated[
        int, Field(ge=100, le=1_000_000, description="pieces, at most, if from scratch")
    ]
    layers: Annotated[int, Field(gt=0, le=48, description="of attention")]
    width: Annotated[int, Field(gt=0, le=4096, description="units, a multiple of heads")]
    heads: Annotated[int, Field(gt=0, le=64, description="of each attention")]
    inner: Annotated[int, Field(gt=0, le=16384, description="hidden units of each layer")]
    served: Annotated[
        Literal["float32", "int8"],
        Field(description="weights of the served model: float32 or int8"),
    ]


class Transformer(Model[TransformerParameters]):
    """Attention over the pieces of a text, their mean, softmax; with weights trained before or not.

    Weights of BERT's kind in Hugging Face's files: requirements/encoder.txt installs small ones.
    """

    inputs = frozenset({"text"})
    outputs = frozenset({"classes"})
    Parameters = TransformerParameters
    trial = TransformerParameters(
        seed=1,
        precision="float32",
        pretrained="",
        vocabulary=200,
        longest=16,
        layers=2,
        width=16,
        heads=2,
        inner=32,
        epochs=4,
        batch_size=8,
        learning_rate=0.01,
        dropout=0.0,
        ngrams=0.5,
        served="float32",
    )

    def check(self, parameters: TransformerParameters) -> None:
        """Refuse heads that do not share the width, and weights that are not there or differ."""
        size = _size(parameters)
        if parameters.pretrained:
            pretrained.check_size(pretrained.folder_of(parameters.pretrained), size)

    def fit(
        self,
        rows: Rows,
        schema: InputKind,
        output: OutputKind,
        parameters: TransformerParameters,
        log: Log,
    ) -> FittedTokens | Int8:
        """Fit all weights but, of those trained before, the embeddings of pieces."""
        size = _size(parameters)
        folder = pretrained.folder_of(parameters.pretrained) if parameters.pretrained else None
        if folder is None:
            texts = schema.feed(rows.train.inputs, 1).tolist()
            tokenizer = fit_tokenizer(texts, most=parameters.vocabulary, longest=MOST)
        else:
            pretrained.check_size(folder, size)
            tokenizer = pretrained.read_tokenizer(folder, MOST)

        def made(keras: Any, pieces: int, precision: str) -> Any:
            exact = replace(size, pieces=pieces)
            dropout = parameters.dropout
            return build(keras, exact, output.width, dropout=dropout, precision=precision)

        def prepare(network: Any) -> None:
            if folder is not None:
                pretrained.load_weights(network, folder, size)

        fit = Fit(schema, output, tokenizer, parameters, log)
        fitted = fit_tokens(rows, fit, made, prepare)
        return Int8(fitted) if parameters.served == "int8" else fitted


def _size(parameters: TransformerParameters) -> Size:
    """Return the sizes. Raises BadParameter."""
    if parameters.width % parameters.heads:
        wanted = f"a multiple of {parameters.heads} heads"
        raise BadParameter("train.parameters.width", parameters.width, wanted)
    return Size(
        parameters.vocabulary,
        parameters.longest,
        parameters.layers,
        parameters.width,
        parameters.heads,
        parameters.inner,
    )
