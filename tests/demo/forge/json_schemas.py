"""GitLab's JSON schemas, and how an answer is held against one."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator, FormatChecker
from referencing import Registry
from referencing.jsonschema import DRAFT7

Json = dict[str, Any]
SCHEMAS = Path(__file__).with_name("gitlab_schemas")
# Keywords that combine schemas of the same answer.
COMBINED = ("allOf", "anyOf", "oneOf")

ANY: Json = {}
TEXT, NUMBER, FLAG = {"type": "string"}, {"type": "integer"}, {"type": "boolean"}
MAYBE_TEXT, MAYBE_FLAG = {"type": ["string", "null"]}, {"type": ["boolean", "null"]}


def of(**properties: Json) -> Json:
    """Return the schema of an object with these keys."""
    return {"type": "object", "properties": properties, "required": sorted(properties)}


def listed(item: Json) -> Json:
    """Return the schema of a list."""
    return {"type": "array", "items": item}


def ref(path: str) -> Json:
    """Return a reference to one of GitLab's schemas."""
    return {"$ref": (SCHEMAS / path).as_uri()}


class Schemas:
    """GitLab's schemas, some of them amended.

    amended: an RFC 7396 patch for each file that needs one.
    """

    def __init__(self, amended: Mapping[str, Json]) -> None:
        known = sorted(SCHEMAS.rglob("*.json"))
        documents = {file.relative_to(SCHEMAS).as_posix(): file.read_text() for file in known}
        if absent := amended.keys() - documents.keys():
            raise ValueError(f"amended schemas that are not there: {', '.join(sorted(absent))}")
        self._registry: Registry[Any] = Registry().with_resources(
            (
                (SCHEMAS / path).as_uri(),
                DRAFT7.create_resource(_patched(json.loads(text), amended.get(path, {}))),
            )
            for path, text in documents.items()
        )

    def problems(self, answer: object, schema: Json) -> list[str]:
        """Return where an answer is not as the schema says, and its keys that no schema knows."""
        validator = Draft7Validator(schema, registry=self._registry, format_checker=FormatChecker())
        wrong = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(answer)]
        resolver = self._registry.resolver()
        unknown = [f"{path}: GitLab has no such key" for path in _unknown(answer, schema, resolver)]
        return wrong + unknown


def _patched(document: Any, patch: Any) -> Any:
    """Return a document after a patch (RFC 7396)."""
    if not isinstance(patch, dict):
        return patch
    found = dict(document) if isinstance(document, dict) else {}
    for key, value in patch.items():
        found[key] = _patched(found.get(key), value)
    return found


def _unknown(answer: object, schema: Json, resolver: Any, path: str = "$") -> Iterator[str]:
    """Yield the keys of an answer that its schema does not name, at any depth.

    An object whose schema names no key at all may have any.
    """
    if isinstance(answer, list):
        items = [found for found in _parts(schema, resolver) if "items" in found[0]]
        for number, item in enumerate(answer):
            for part, inside in items:
                yield from _unknown(item, part["items"], inside, f"{path}[{number}]")
    if isinstance(answer, dict):
        named = [found for found in _parts(schema, resolver) if found[0].get("properties")]
        for key, value in answer.items() if named else ():
            known = [found for found in named if key in found[0]["properties"]]
            if not known:
                yield f"{path}.{key}"
            for part, inside in known:
                yield from _unknown(value, part["properties"][key], inside, f"{path}.{key}")


def _parts(schema: Json, resolver: Any) -> Iterator[tuple[Json, Any]]:
    """Yield a schema and what it refers to or combines, each with its own resolver."""
    if "$ref" in schema:
        resolved = resolver.lookup(schema["$ref"])
        yield from _parts(resolved.contents, resolved.resolver)
        return
    yield schema, resolver
    for word in COMBINED:
        for part in schema.get(word, ()):
            yield from _parts(part, resolver)
