"""A recurrent network over the pieces of a text, from scratch: simple, LSTM or GRU."""

from typing import Annotated, Any, Literal

from pydantic import Field

from perennial.kinds.input_kind import InputKind
from perennial.kinds.output_kind import OutputKind
from training.model.model import Log, Model, Rows
from training.models._tokens import Fit, FittedTokens, TokenParameters, fit_tokens, masked_mean
from training.models._vocabulary import fit_tokenizer

CELLS = {"rnn": "SimpleRNN", "lstm": "LSTM", "gru": "GRU"}  # as Keras calls them


class RecurrentParameters(TokenParameters):
    """Parameters of the recurrent network."""

    cell: Annotated[Literal["rnn", "lstm", "gru"], Field(description="rnn, lstm or gru")]
    vocabulary: Annotated[int, Field(ge=100, le=1_000_000, description="pieces, at most")]
    embedding: Annotated[int, Field(gt=0, le=4096, description="units of a piece")]
    units: Annotated[int, Field(gt=0, le=4096, description="of the cell")]


class Recurrent(Model[RecurrentParameters]):
    """A cell that reads a text piece by piece, the mean of what it makes, softmax."""

    inputs = frozenset({"text"})
    outputs = frozenset({"classes"})
    Parameters = RecurrentParameters
    trial = RecurrentParameters(
        seed=1,
        precision="float32",
        cell="lstm",
        vocabulary=200,
        longest=16,
        embedding=16,
        units=16,
        epochs=4,
        batch_size=8,
        learning_rate=0.02,
        dropout=0.0,
        ngrams=0.0,
    )

    def fit(
        self,
        rows: Rows,
        schema: InputKind,
        output: OutputKind,
        parameters: RecurrentParameters,
        log: Log,
    ) -> FittedTokens:
        """Fit all weights, the embeddings among them."""
        texts = schema.feed(rows.train.inputs, 1).tolist()
        tokenizer = fit_tokenizer(texts, most=parameters.vocabulary, longest=parameters.longest)

        def build(keras: Any, pieces: int, precision: str) -> Any:
            layers = keras.layers
            given = keras.Input((None,), dtype="int64", name="pieces")
            made = layers.Embedding(pieces, parameters.embedding, dtype=precision)(given)
            made = layers.Dropout(parameters.dropout, dtype=precision)(made)
            # Forward only, so that what stands beyond a text changes nothing within it.
            cell = getattr(layers, CELLS[parameters.cell])
            made = cell(parameters.units, return_sequences=True, dtype=precision)(made)
            mean = masked_mean(keras, made, keras.ops.not_equal(given, 0))
            mean = layers.Dropout(parameters.dropout, dtype="float32")(mean)
            return keras.Model(given, layers.Dense(output.width, dtype="float32")(mean))

        return fit_tokens(rows, Fit(schema, output, tokenizer, parameters, log), build)
