"""What the encoder does beyond every model's promises: weights from files, odd texts."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
from numpy.typing import NDArray

from perennial.kinds.feeding import Feeding
from perennial.kinds.inputs.text import TextInput
from perennial.kinds.outputs.classes import ClassesOutput
from perennial.kinds.wordpiece import FILE, WordPiece
from tests.models import ignore
from training.contracts.examples import Part
from training.errors import BadParameter
from training.model.model import Rows
from training.model.rounded import Rounded
from training.models._int8 import Int8
from training.models._pretrained import CONFIG, WEIGHTS, read_safetensors
from training.models._tokens import FittedTokens
from training.models._vocabulary import fit_tokenizer
from training.models.transformer import Transformer

pytestmark = pytest.mark.seconds(30)
SCHEMA = TextInput(cleaning=("nfkc", "lower", "symbols"))
OUTPUT = ClassesOutput(labels=("river", "sport"))
GIVEN = ["Der Fluß führt Wasser", "река и вода", "Das Tor zählt", "гол и матч"]
STRANGE = [*GIVEN, "", "🙂", "\x1f", "語" * 300, "Wasser " * 1400, "x" * 9999, "\n", "हिन्दी"]
TRIAL = Transformer.trial
# Wide enough for blocks of weights that share a scale.
INT8 = {"served": "int8", "width": 64, "inner": 128}
PART = Part(SCHEMA.read(GIVEN * 4), np.array([0, 0, 1, 1] * 4))


def fit(**changed: Any) -> FittedTokens | Int8:
    """Return an encoder of two labels."""
    parameters = TRIAL.model_copy(update={"epochs": 1, **changed})
    return Transformer().fit(Rows(PART, PART), SCHEMA, OUTPUT, parameters, ignore)


def write(folder: Path, *, layers: int = 2, scale: float = 0.1) -> dict[str, NDArray[Any]]:
    """Write random weights as Hugging Face's files hold them; return them."""
    random, width, inner = np.random.default_rng(3), TRIAL.width, TRIAL.inner
    tokenizer = fit_tokenizer(GIVEN, most=300, longest=32)
    tokenizer.write(folder / FILE)
    shapes: dict[str, tuple[int, ...]] = {
        "embeddings.word_embeddings.weight": (len(tokenizer.vocabulary), width),
        "embeddings.position_embeddings.weight": (512, width),
        "embeddings.token_type_embeddings.weight": (2, width),
    }
    sizes = {"attention.self.query": (width, width), "attention.self.key": (width, width)}
    sizes |= {"attention.self.value": (width, width), "attention.output.dense": (width, width)}
    sizes |= {"intermediate.dense": (inner, width), "output.dense": (width, inner)}
    norms = ["embeddings.LayerNorm"]
    for layer in range(layers):
        inside = f"encoder.layer.{layer}."
        norms += [f"{inside}attention.output.LayerNorm", f"{inside}output.LayerNorm"]
        for name, shape in sizes.items():
            shapes |= {f"{inside}{name}.weight": shape, f"{inside}{name}.bias": shape[:1]}
    for name in norms:
        shapes |= {f"{name}.weight": (width,), f"{name}.bias": (width,)}
    arrays = {
        name: random.normal(0, scale, shape).astype(np.float32) for name, shape in shapes.items()
    }
    header, content = {}, b""
    for name, array in arrays.items():
        ends = [len(content), len(content) + array.nbytes]
        header[name] = {"dtype": "F32", "shape": list(array.shape), "data_offsets": ends}
        content += array.tobytes()
    head = json.dumps({"__metadata__": {}, **header}).encode()
    (folder / WEIGHTS).write_bytes(len(head).to_bytes(8, "little") + head + content)
    config = {"model_type": "bert", "hidden_act": "gelu", "num_hidden_layers": layers}
    config |= {"hidden_size": width, "num_attention_heads": TRIAL.heads}
    (folder / CONFIG).write_text(json.dumps(config | {"intermediate_size": inner}))
    return arrays


def test_safetensors_come_back(tmp_path: Path) -> None:
    """Every array by its name."""
    written = write(tmp_path)
    found = read_safetensors(tmp_path / WEIGHTS)
    assert set(found) == set(written)
    assert all(np.array_equal(found[name], written[name]) for name in written)


def _by_hand(arrays: dict[str, NDArray[Any]], numbers: NDArray[np.int64]) -> NDArray[Any]:
    """Return BERT's mean of what the last layer makes of one text, in numpy."""

    def dense(name: str, value: NDArray[Any]) -> NDArray[Any]:
        return np.asarray(value @ arrays[f"{name}.weight"].T + arrays[f"{name}.bias"])

    def norm(name: str, value: NDArray[Any]) -> NDArray[Any]:
        centred = value - value.mean(axis=-1, keepdims=True)
        scaled = centred / np.sqrt((centred**2).mean(axis=-1, keepdims=True) + 1e-12)
        weight, bias = (arrays[f"{name}.LayerNorm.{of}"] for of in ("weight", "bias"))
        return np.asarray(scaled * weight + bias)

    def gelu(value: NDArray[Any]) -> NDArray[Any]:
        from scipy.special import erf

        return np.asarray(0.5 * value * (1 + erf(value / np.sqrt(2))))

    table = "embeddings.{}_embeddings.weight"
    made = arrays[table.format("word")][numbers] + arrays[table.format("token_type")][0]
    made = norm("embeddings", made + arrays[table.format("position")][: len(numbers)])
    wide = TRIAL.width // TRIAL.heads
    for layer in range(2):
        inside = f"encoder.layer.{layer}."
        parts = (dense(f"{inside}attention.self.{of}", made) for of in ("query", "key", "value"))
        query, key, value = (each.reshape(-1, TRIAL.heads, wide) for each in parts)
        scores = np.exp(np.einsum("qhw,khw->hqk", query, key) / np.sqrt(wide))
        shares = scores / scores.sum(axis=-1, keepdims=True)
        seen = np.einsum("hqk,khw->qhw", shares, value).reshape(len(numbers), -1)
        output = f"{inside}attention.output"
        made = norm(output, made + dense(f"{output}.dense", seen))
        inner = gelu(dense(f"{inside}intermediate.dense", made))
        made = norm(f"{inside}output", made + dense(f"{inside}output.dense", inner))
    return np.asarray(made.mean(axis=0))


def test_weights_trained_before_give_what_bert_makes_of_them(tmp_path: Path) -> None:
    """Before any step, the last layer gets what the same weights make in numpy."""
    import keras

    from training.models import _pretrained
    from training.models._transformer import Size, build

    arrays, tokenizer = write(tmp_path), WordPiece.read(tmp_path / FILE)
    size = Size(len(tokenizer.vocabulary), 16, TRIAL.layers, TRIAL.width, TRIAL.heads, TRIAL.inner)
    network = build(keras, size, 2, dropout=0.0, precision="float32")
    _pretrained.load_weights(network, tmp_path, size)
    head = network.get_layer("logits")
    head.set_weights([np.eye(TRIAL.width)[:, :2], np.zeros(2)])
    numbers = tokenizer.numbers(["Das Tor", "река"])
    for row in numbers:
        alone = row[row > 0]
        found = np.asarray(network(numbers))[np.flatnonzero((numbers == row).all(axis=1))[0]]
        assert found == pytest.approx(_by_hand(arrays, alone)[:2], abs=1e-5)


def test_weights_of_another_size_are_refused_by_name(tmp_path: Path) -> None:
    """Before anything is trained, with what the files have."""
    write(tmp_path, layers=1)
    with pytest.raises(BadParameter, match=r"train\.parameters\.layers: got 2, expected 1"):
        fit(pretrained=str(tmp_path))


def test_embeddings_trained_before_stay_as_they_are(tmp_path: Path) -> None:
    """Those of pieces; all other weights are fitted."""
    write(tmp_path)
    assert np.isfinite(fit(pretrained=str(tmp_path)).values(PART.inputs)).all()


@pytest.mark.parametrize("changed", [{"ngrams": 0.0}, {"ngrams": 1.0}, {"ngrams": 1.0, **INT8}])
def test_onnx_answers_strange_texts_as_training_does(
    changed: dict[str, Any], tmp_path: Path
) -> None:
    """Emoji, other scripts, empty and very long texts; together or alone, rounded or not."""
    fitted, file = fit(**changed), tmp_path / "model.onnx"
    assert isinstance(fitted, Rounded) == ("served" in changed)
    fitted.write_onnx(file)
    rows = SCHEMA.read(STRANGE)
    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    feed = Feeding.of(SCHEMA, WordPiece.read(tmp_path / FILE)).feed
    expected = fitted.values(rows)
    (together,) = session.run(None, {"rows": feed(rows, 2)})
    alone = [session.run(None, {"rows": feed(rows[at : at + 1], 2)})[0] for at in range(len(rows))]
    assert np.abs(together - expected).max() < 1e-4
    assert np.abs(np.concatenate(alone) - expected).max() < 1e-4
