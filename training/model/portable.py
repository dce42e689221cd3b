"""Writes a fitted model as ONNX that runs in the service's image, which has few locales."""

from pathlib import Path

from training.model.model import Fitted

# Part of every Linux image. ONNX Runtime's default, en_US.UTF-8, is not part of slim ones.
LOCALE = "C.UTF-8"


def write_onnx(fitted: Fitted, path: Path) -> None:
    """Write a model; steps that change the case of texts get a locale that is always there.

    skl2onnx writes such a step for `lowercase=True`, the default of scikit-learn's vectorizers.
    """
    import onnx

    fitted.write_onnx(path)
    model = onnx.load(str(path), load_external_data=False)
    steps = [node for node in model.graph.node if node.op_type == "StringNormalizer"]
    for node in steps:
        kept = [attribute for attribute in node.attribute if attribute.name != "locale"]
        del node.attribute[:]
        node.attribute.extend([*kept, onnx.helper.make_attribute("locale", LOCALE)])
    if steps:
        onnx.save(model, str(path))
