"""JSON without its traps: no floats, no duplicate keys, no guessing of types.

Numbers of this project's files are texts such as "-1/2", since a JSON number would be rounded
by most readers; JSON integers appear only as counts and column numbers.
"""

import json
from collections.abc import Collection
from fractions import Fraction
from typing import NoReturn

from theory.errors import NumberError
from theory.rational import rational
from verify.errors import FormatError

Json = None | bool | int | str | list["Json"] | dict[str, "Json"]

_LONGEST = 4000


class _TrapError(ValueError):
    """JSON that readers understand differently."""


def _no_float(text: str) -> NoReturn:
    raise _TrapError(f'write numbers as texts such as "1/2", got the float {text[:40]}')


def _integer(text: str) -> int:
    if len(text) > _LONGEST:
        raise _TrapError(f"expected integers of at most {_LONGEST} digits, got {text[:40]}...")
    return int(text)


def _unique(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for key, value in pairs:
        if key in found:
            raise _TrapError(f"the key {key[:40]!r} occurs twice")
        found[key] = value
    return found


def read_json(content: bytes, where: str) -> Json:
    """The JSON value in the bytes of a file.

    Raises:
        FormatError: the bytes are no JSON, or hold a float or a duplicate key.
    """
    try:
        value: Json = json.loads(
            content.decode("utf-8"),
            parse_float=_no_float,
            parse_int=_integer,
            parse_constant=_no_float,
            object_pairs_hook=_unique,
        )
    except UnicodeDecodeError as error:
        raise FormatError(where, f"expected JSON, UTF-8 text, byte {error.start} is not") from None
    except json.JSONDecodeError as error:
        place = f"{where}, line {error.lineno}, column {error.colno}"
        raise FormatError(place, f"not JSON, {error.msg}") from None
    except _TrapError as error:
        raise FormatError(where, str(error)) from None
    except RecursionError:
        raise FormatError(where, "not JSON of this project, nested too deeply") from None
    return value


def object_of(value: Json, keys: Collection[str], where: str) -> dict[str, Json]:
    """The value, an object with exactly these keys."""
    if not isinstance(value, dict) or set(value) != set(keys):
        found = sorted(value) if isinstance(value, dict) else _kind(value)
        text = str(found)
        raise FormatError(where, f"expected an object with the keys {sorted(keys)}, got {text:.80}")
    return value


def array_of(value: Json, where: str) -> list[Json]:
    """The value, an array."""
    if not isinstance(value, list):
        raise FormatError(where, f"expected an array, got {_kind(value)}")
    return value


def count_of(value: Json, where: str, least: int = 0) -> int:
    """The value, an integer that is at least `least`."""
    if type(value) is not int or value < least:
        shown = value if type(value) is int else _kind(value)
        raise FormatError(where, f"expected an integer of at least {least}, got {shown}")
    return value


def number_of(value: Json, where: str) -> Fraction:
    """The rational number that a text value denotes."""
    if not isinstance(value, str):
        raise FormatError(where, f'expected a number as text such as "1/2", got {_kind(value)}')
    try:
        return rational(value)
    except NumberError as error:
        raise FormatError(where, str(error)) from None


def _kind(value: Json) -> str:
    names = {bool: "true or false", int: "an integer", str: "a text", list: "an array"}
    return names.get(type(value), "an object" if isinstance(value, dict) else "null")
