"""Checks settings against a model and reports all faults at once: wrong types, values out of range, unknown keys.

A model is a class whose fields are the keys, each with a type, a meaning and sometimes an example. A fault about an
unknown key names the nearest known key. Docs and faults use the same words for what a key expects (``expected``).
"""

import difflib
import json
from collections.abc import Iterable, Mapping
from typing import NamedTuple, get_args, get_origin

from pydantic import BaseModel, ConfigDict, ValidationError

MOST_SHOWN = 80  # characters of a value in a fault


class Table(BaseModel):
    """A table of settings. Types are strict: neither ``true`` nor "3" is accepted as a number."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)


class Layer(NamedTuple):
    """The values of one file, and the file's name in faults."""

    shown: str
    says: dict


class Checked(NamedTuple):
    """Settings as plain values with every key filled in; their faults; warnings about keys without effect."""

    values: dict
    faults: list[str]
    warnings: list[str]


def check(model: type[Table], layers: list[Layer], retired: Mapping[str, str] | None = None) -> Checked:
    """The settings of several files together: a key of a later file replaces the same key of an earlier one.

    An open table, such as one with a key for each indicator, and a list of tables are taken as a whole from the last
    file that has them.
    retired : keys that have no effect any more, as "[table] key" => the reason; they are accepted with a warning
    Returns : the settings; each fault names file, key, value and what is expected. With faults, do not use the values.
    """
    layers, warnings = _without(layers, retired or {})
    says: dict = {}
    for layer in layers:
        for key, value in layer.says.items():
            both = isinstance(value, dict) and isinstance(says.get(key), dict) and table_of(model, key) is not None
            says[key] = says[key] | value if both else value
    try:
        filled = model.model_validate(says).model_dump()
    except ValidationError as error:
        faults: dict[tuple, str] = {}
        for each in error.errors():
            place = _place(model, each["loc"])
            faults.setdefault(place, _fault(model, layers, place, each))
        return Checked(says, list(faults.values()), warnings)
    for key, value in says.items():  # numbers stay as the file has them: 6, not 6.0
        if _is_open(model, key) and isinstance(value, dict):
            filled[key] = {name: _filled(filled[key][name], each) for name, each in value.items()}
        elif not entry_of(model, key):
            filled[key] = _filled(filled[key], value)
    return Checked(filled, [], warnings)


def _filled(checked: object, value: object) -> object:
    """The value as the file has it; of a table also the keys that the file lacks."""
    return checked | value if isinstance(checked, dict) and isinstance(value, dict) else value


def table_of(model: type[Table], key: str) -> type[Table] | None:
    """The model of the table ``key``; None where the key holds a value, an open table or a list of tables."""
    kind = _annotation(model, key)
    return _first_table([kind, *(() if get_origin(kind) in (dict, list) else get_args(kind))])


def entry_of(model: type[Table], key: str) -> type[Table] | None:
    """The model of each table of the list ``[[key]]``; None where the key is no list of tables."""
    kind = _annotation(model, key)
    return _first_table(get_args(kind)) if get_origin(kind) is list else None


def _annotation(model: type[Table], key: str) -> object:
    return model.model_fields[key].annotation if key in model.model_fields else None


def _first_table(kinds: Iterable[object]) -> type[Table] | None:
    return next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, Table)), None)


def _is_table(model: type[Table], key: str) -> bool:
    return _is_open(model, key) or table_of(model, key) is not None


def _is_open(model: type[Table], key: str) -> bool:
    """Whether the key is an open table: the model does not list its keys, for example one key for each indicator."""
    return get_origin(_annotation(model, key)) is dict


def expected(schema: dict) -> str:
    """The JSON schema of a key in words: which values it expects."""
    if "expected" in schema:
        return schema["expected"]
    if "anyOf" in schema:
        return " or ".join(expected(each) for each in schema["anyOf"] if each.get("type") != "null")
    if "enum" in schema or "const" in schema:
        return " or ".join(f'"{word}"' for word in schema.get("enum") or [schema["const"]])
    if schema.get("type") in ("integer", "number"):
        kind = "a whole number" if schema["type"] == "integer" else "a number"
        return " ".join([kind, *_range(schema)])
    if schema.get("type") == "array":
        return "a list of texts in quotation marks"
    if schema.get("type") == "object":
        values = schema.get("additionalProperties")
        return f"a table, each key with {expected(values)}" if isinstance(values, dict) else "a table"
    return {"boolean": "true or false", "string": "a text in quotation marks"}.get(schema.get("type"), "a table")


def _range(schema: dict) -> list[str]:
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None and high is not None:
        return [f"from {low:g} to {high:g}"]
    above, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    limits = [("of at least", low), ("above", above), ("of at most", high), ("below", below)]
    said = [f"{word} {limit:g}" for word, limit in limits if limit is not None]
    return [" and ".join(said)] if said else []


def properties(model: type[Table], table: str = "") -> dict[str, dict]:
    """The JSON schema of each key of the model, or of its table or list of tables."""
    schema = model.model_json_schema()
    kind = table_of(model, table) or entry_of(model, table)
    held = schema["$defs"][kind.__name__]["properties"] if kind else schema["properties"]
    for name in held:
        if kind and "$ref" in held[name]:  # a table within a table
            held[name] = schema["$defs"][held[name]["$ref"].rpartition("/")[2]] | held[name]
        if _is_open(model, name) and "$ref" in (values := held[name]["additionalProperties"]):
            held[name]["additionalProperties"] = schema["$defs"][values["$ref"].rpartition("/")[2]]
    return held


def written(value: object) -> str:
    """A value as a TOML file writes it; a long one is cut off."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}…"


def named(place: tuple[str | int, ...], is_table: bool = False) -> str:
    """``("step", "group")`` => ``[step] group``; a table => ``[step]``; ``("rebase", 0, "reason")`` =>
    ``[[rebase]] number 1: reason``."""
    *table, key = place
    if any(isinstance(each, int) for each in place):
        return f"[[{place[0]}]] number {place[1] + 1}" + "".join(f": {name}" for name in place[2:])
    return f"[{'.'.join(place)}]" if is_table else " ".join([*(f"[{name}]" for name in table), key])


def _without(layers: list[Layer], retired: Mapping[str, str]) -> tuple[list[Layer], list[str]]:
    kept, warnings = [], []
    for shown, says in layers:
        left = dict(says)
        for key, value in says.items():
            if key in retired:
                warnings.append(f"{shown}: {key} has no effect any more: {retired[key]}")
                del left[key]
            elif isinstance(value, dict):
                gone = [name for name in value if named((key, name)) in retired]
                warnings += [
                    f"{shown}: {named((key, name))} has no effect any more: {retired[named((key, name))]}"
                    for name in gone
                ]
                left[key] = {name: each for name, each in value.items() if name not in gone}
        kept.append(Layer(shown, left))
    return kept, warnings


def _place(model: type[Table], where: tuple[int | str, ...]) -> tuple[str | int, ...]:
    """The table and the key of a fault; for a fault inside a list or an inline table, the key that holds it.

    In a list of tables: the list, the table's place from 0, and the key.
    """
    first, *rest = where
    if entry_of(model, str(first)):
        return where[:3]
    nested = [each for each in rest if isinstance(each, str)] if _is_table(model, str(first)) else []
    return (str(first), *nested[:1])


def _schema(model: type[Table], place: tuple[str | int, ...]) -> dict:
    if len(place) == 1 or isinstance(place[-1], int):
        return properties(model).get(place[0], {})
    if entry_of(model, place[0]):
        return properties(model, place[0]).get(place[2], {})
    if table_of(model, place[0]):
        return properties(model, place[0]).get(place[1], {})
    return properties(model)[place[0]]["additionalProperties"]


def _fault(model: type[Table], layers: list[Layer], place: tuple[str | int, ...], error: dict) -> str:
    # A key that no file has is reported as missing in the last file, of a list of tables in the one that has the list.
    held_at = place[:1] if entry_of(model, place[0]) else place
    shown = next((layer.shown for layer in reversed(layers) if _has(layer.says, held_at)), layers[-1].shown)
    is_table = len(place) == 1 and _is_table(model, place[0])
    key = named(place, is_table)
    if error["type"] == "extra_forbidden" and len(error["loc"]) == len(place):
        return f"{shown}: {named(place, isinstance(error['input'], dict))} is not known; {_nearest(model, place)}"
    schema = _schema(model, place)
    if error["type"] == "missing" and len(error["loc"]) == len(place):
        if is_table:
            return f"{shown}: the table {key} is missing; its keys are {', '.join(properties(model, place[0]))}"
        return f"{shown}: {key} is missing; expected {_with_example(schema)}"
    value = layers[-1].says
    for layer in layers:
        if _has(layer.says, place):
            value = layer.says
    for name in place:
        value = value[name]
    if is_table:
        return f"{shown}: {place[0]} = {written(value)}: expected the table {key}"
    held = "" if schema.get("secret") else f" = {written(value)}"
    if error["type"] == "value_error":
        return f"{shown}: {key}{held}: {error['ctx']['error']}"
    return f"{shown}: {key}{held}: expected {_with_example(schema)}"


def _with_example(schema: dict) -> str:
    examples = [written(each) for each in schema.get("examples", ())]
    return expected(schema) + (f", such as {examples[0]}" if examples and "such as" not in expected(schema) else "")


def _has(says: object, place: Iterable[str | int]) -> bool:
    for name in place:
        try:
            says = says[name]
        except (KeyError, IndexError, TypeError):
            return False
    return True


def _nearest(model: type[Table], place: tuple[str | int, ...]) -> str:
    """A hint about an unknown key: a similar key of its table, else the same key in another table, else all keys."""
    *tables, key = place
    beside = {name: named((*tables, name), not tables and _is_table(model, name)) for name in _keys(model, tables)}
    beside |= {name: f"[[{name}]]" for name in beside if not tables and entry_of(model, name)}
    if near := difflib.get_close_matches(key, beside, n=1):
        return f"the nearest known key is {beside[near[0]]}"
    for table in ["", *(name for name in model.model_fields if table_of(model, name))]:
        if key in _keys(model, [table] if table else []):
            where = f"the table [{table}]" if table else "the top of the file, before the first [table]"
            return f"{key} belongs to {where}"
    return f"expected one of {', '.join(beside.values())}"


def _keys(model: type[Table], tables: list[str | int]) -> list[str]:
    if not tables:
        return list(model.model_fields)
    kind = table_of(model, tables[0]) or entry_of(model, tables[0])
    return list(kind.model_fields) if kind else []
