"""What a run notes about itself in run.json: texts and times for the reader, nothing else.

No verdict depends on these notes, so whatever is missing or of another type is left out.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from verify.errors import FormatError
from verify.formats.network_file import read_bytes

_MOST_FACTS = 40
_PHASES = ("read", "build", "prove", "check")


@dataclass(frozen=True, slots=True)
class Opinion:
    """What another solver answered; it is no part of the proof."""

    solver: str
    answer: str
    seconds: float | None


@dataclass(frozen=True, slots=True)
class RunNotes:
    """What the run notes about itself; texts and times for the reader, nothing else.

    Attributes:
        command: The words of the command, program first.
        engine: The proof engine, or an empty text.
        theorem: The ID of the theorem that the right network was made by, or an empty text.
        form: The name of the form that was asked for, or an empty text.
        construction: Facts about the construction, (name, value).
        seconds: (phase, seconds).
        opinion: What a second solver said, if one was asked.
        reason: Why there is no proof, or an empty text.
        asked: What the claim answers, where that is a question of another shape.
        follows: What a proof of the claim says about it.
    """

    command: tuple[str, ...] = ()
    engine: str = ""
    theorem: str = ""
    form: str = ""
    construction: tuple[tuple[str, str], ...] = ()
    seconds: tuple[tuple[str, float], ...] = ()
    opinion: Opinion | None = None
    reason: str = ""
    asked: str = ""
    follows: str = ""


def read_run_notes(path: Path) -> RunNotes:
    """The notes in a file; none where there is no file.

    Raises:
        InputError: the file cannot be read, or is no JSON object.
    """
    if not path.exists():
        return RunNotes()
    content = read_bytes(path)
    try:
        notes = json.loads(content)
    except (ValueError, RecursionError):
        raise FormatError(path.name, "not JSON") from None
    if not isinstance(notes, dict):
        raise FormatError(path.name, "expected an object")
    command = notes.get("command")
    return RunNotes(
        command=tuple(map(str, command)) if isinstance(command, list) else (),
        engine=_note(notes.get("engine")),
        theorem=_note(notes.get("theorem")),
        form=_note(notes.get("form")),
        construction=_facts(notes.get("construction")),
        seconds=_seconds(notes.get("seconds")),
        opinion=_opinion(notes.get("second_opinion")),
        reason=_note(notes.get("reason")),
        asked=_note(notes.get("asked")),
        follows=_note(notes.get("follows")),
    )


def _note(value: object) -> str:
    return value if isinstance(value, str) else ""


def _facts(value: object) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, dict):
        return ()
    facts = [(str(name), _fact(entry)) for name, entry in value.items()]
    return tuple((name, text) for name, text in facts if text)[:_MOST_FACTS]


def _fact(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(_fact, value))
    if isinstance(value, dict):
        return ", ".join(f"{name} {_fact(entry)}" for name, entry in value.items())
    return str(value)


def _seconds(value: object) -> tuple[tuple[str, float], ...]:
    if not isinstance(value, dict):
        return ()
    order = {phase: place for place, phase in enumerate(_PHASES)}
    times = [(str(name), float(time)) for name, time in value.items() if _is_time(time)]
    return tuple(sorted(times, key=lambda pair: order.get(pair[0], len(order))))


def _is_time(value: object) -> bool:
    return isinstance(value, int | float) and 0 <= value < 1e9


def _opinion(value: object) -> Opinion | None:
    if not isinstance(value, dict):
        return None
    time = value.get("seconds")
    return Opinion(
        _note(value.get("solver")), _note(value.get("answer")), time if _is_time(time) else None
    )
