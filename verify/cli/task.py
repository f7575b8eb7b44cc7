"""What a form with parameters of its own is given by the command line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from theory.domain import Domain
from theory.errors import NumberError
from theory.rational import rational
from verify.errors import InputError
from verify.formats.network_file import Source
from verify.prove.workers import Workers

Value = Fraction | str


@dataclass(frozen=True, slots=True)
class Task:
    """A network to rewrite, and where the result goes.

    Attributes:
        source: The network.
        domain: Where the result is to be equal or close.
        folder: The folder for claim and evidence, or None.
        command: The words of the command.
        settings: The parameters that were set: exact numbers, or texts.
        read_seconds: How long reading took.
        engine: As `verify.prove.strategy.prove` takes it.
        timeout: Seconds of search at most, or None.
        opinion: Seconds for Z3's opinion, or None.
        workers: Who searches with this process, if anyone.
    """

    source: Source
    domain: Domain
    folder: Path | None
    command: tuple[str, ...]
    settings: dict[str, Value]
    read_seconds: float
    engine: str
    timeout: float | None
    opinion: float | None
    workers: Workers | None


def number(text: str, option: str) -> Fraction:
    """The number that was written behind an option.

    Raises:
        InputError: it is none; the message names the option.
    """
    try:
        return rational(text)
    except NumberError as error:
        raise InputError(option, str(error).removeprefix("number: ")) from None


def read_settings(texts: Sequence[str], known: Sequence[str]) -> dict[str, Value]:
    """The values of texts NAME=VALUE.

    Raises:
        InputError: a text has another shape or names no known parameter, or one twice.
    """
    found: dict[str, Value] = {}
    for text in texts:
        name, mark, value = text.partition("=")
        if not mark or name not in known or name in found:
            wanted = f"{' or '.join(known)}, each once" if known else "no parameter of this form"
            raise InputError(f"--set {text[:60]!r}", f"expected NAME=VALUE with {wanted}")
        try:
            found[name] = rational(value)
        except NumberError:
            found[name] = value
    return found


def refuse_options(form: str, given: Mapping[str, object]) -> None:
    """Refuse options that a form does not look at, so that none is passed over in silence.

    Raises:
        InputError: one is given.
    """
    for name, value in given.items():
        if value:
            raise InputError(name, f"the form {form} has no such option")
