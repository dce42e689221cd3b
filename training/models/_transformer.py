"""The encoder of BERT in Keras: embeddings, layers of attention, and the mean of what they make.

Source: Devlin et al., BERT, NAACL 2019.
"""

import math
from dataclasses import dataclass
from typing import Any

from training.models._tokens import masked_mean

EPSILON = 1e-12  # of BERT's normalisation


@dataclass(frozen=True)
class Size:
    """The sizes of an encoder.

    pieces: of the vocabulary.  longest: pieces of a text that it reads.  inner: units of each
    layer's hidden one.  width: of all else, a multiple of heads.
    """

    pieces: int
    longest: int
    layers: int
    width: int
    heads: int
    inner: int


def build(keras: Any, size: Size, labels: int, *, dropout: float, precision: str) -> Any:
    """Return a network from the numbers of pieces, shape (rows, any), to logits.

    dropout: share of activations.  precision: Keras' policy of the layers; logits are float32.
    """
    layers, ops = keras.layers, keras.ops
    given = keras.Input((None,), dtype="int64", name="pieces")
    read = given[:, : size.longest]
    known = ops.not_equal(read, 0)
    options = {"dtype": precision}
    places = ops.cumsum(ops.ones_like(read), axis=1) - 1
    embedded = layers.Embedding(size.pieces, size.width, name="words", **options)(read)
    embedded += layers.Embedding(size.longest, size.width, name="places", **options)(places)
    made = layers.LayerNormalization(epsilon=EPSILON, name="embedded", **options)(embedded)
    made = layers.Dropout(dropout, **options)(made)
    for layer in range(size.layers):
        made = _layer(keras, made, known, size, layer, dropout, options)
    mean = masked_mean(keras, made, known)
    mean = layers.Dropout(dropout, dtype="float32")(mean)
    return keras.Model(given, layers.Dense(labels, name="logits", dtype="float32")(mean))


def _layer(
    keras: Any, made: Any, known: Any, size: Size, layer: int, dropout: float, options: Any
) -> Any:
    """Return what one layer makes: attention, then a hidden layer, each added and normalised."""
    layers = keras.layers

    def normalised(name: str, one: Any, other: Any) -> Any:
        added = layers.Add(**options)([one, layers.Dropout(dropout, **options)(other)])
        return layers.LayerNormalization(epsilon=EPSILON, name=f"{name}_{layer}", **options)(added)

    attention = layers.MultiHeadAttention(
        size.heads, size.width // size.heads, name=f"attention_{layer}", **options
    )
    attended = attention(made, made, attention_mask=known[:, None, :])
    attended = normalised("attended", made, attended)

    def gelu(value: Any) -> Any:  # Keras' own is made of TensorFlow's Erfc, which ONNX has not
        return 0.5 * value * (1 + keras.ops.erf(value * math.sqrt(0.5)))

    inner = layers.Dense(size.inner, gelu, name=f"inner_{layer}", **options)(attended)
    outer = layers.Dense(size.width, name=f"outer_{layer}", **options)(inner)
    return normalised("made", attended, outer)
