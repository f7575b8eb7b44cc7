"""What weights.json says beside a claim: what its network shares with the one it came from."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from verify.approximation.evidence import WEIGHTS_CHECKER, checked_weights
from verify.errors import FormatError, InputError
from verify.formats.strict_json import Json, array_of, number_of
from verify.report.judgement import Judgement, Status
from verify.report.pages.page import EvidenceFile
from verify.report.typesetting import LONGEST_STATED, tex_number
from verify.result import WEIGHTS
from verify.standalone import Check, asked

_MOST_LAYERS = 12
_ROWS: Mapping[str, str] = {
    "equal": "the same rows",
    "permuted": "each row in an order of its own",
}
_BIASES: Mapping[str, str] = {"equal": "the same", "free": "free"}


@dataclass(frozen=True, slots=True)
class SharedWeights:
    """What is shared, and what the checker of weights says of it.

    Attributes:
        check: Rejected also where it speaks of another network than the claim.
        initial: The file of the network that it came from, or an empty text.
        clause: What is shared, in TeX; empty if it cannot be read.
        layers: (number, rows, factor in math mode, biases) where layers have rules of their own.
        omitted: The number of layers that are not printed.
    """

    check: Check
    initial: str
    clause: str
    layers: tuple[tuple[int, str, str, str], ...] = ()
    omitted: int = 0


def shared_weights(folder: Path) -> SharedWeights | None:
    """What is said beside the claim in a folder; None where there is no weights.json."""
    if not (folder / WEIGHTS).is_file():
        return None
    check = _checked(folder)
    try:
        file = EvidenceFile.read(folder, WEIGHTS)
        initial = _initial(file)
        layers = _layers(file)
    except InputError:
        return SharedWeights(check, "", "")
    clause = (
        "each weight of $g$ is the one of $g_0$ at the same place, so that biases alone were chosen"
    )
    if layers:
        clause = "the weights of $g$ are those of $g_0$ up to the factors and orders listed below"
    shown, more = layers[:_MOST_LAYERS], len(layers[_MOST_LAYERS:])
    return SharedWeights(check, initial, clause, shown, more)


def with_weights(judgement: Judgement, weights: SharedWeights | None) -> Judgement:
    """What a claim amounts to beside weights: open, where what is said of them is refused."""
    if weights is None or weights.check.is_accepted or judgement.status is not Status.PROVED:
        return judgement
    reason = f"The checker did not accept \\texttt{{weights.json}} ({weights.check.answer})."
    return Judgement(Status.OPEN, (*judgement.reasons, reason), weights.check)


def _checked(folder: Path) -> Check:
    """What the checker of weights says, and whether it is about the claim's network."""
    found = asked(WEIGHTS_CHECKER, folder / WEIGHTS)
    answer, line = checked_weights(folder)
    if answer == found.answer:
        return found
    return replace(found, answer=answer, line=f"{answer}: {line}")


def _initial(file: EvidenceFile) -> str:
    """The name of the first network."""
    sides = array_of(file.top.get("networks"), WEIGHTS)
    first = sides[0] if sides else None
    name = first.get("file") if isinstance(first, dict) else None
    if not isinstance(name, str) or Path(name).name != name or not (file.folder / name).is_file():
        raise FormatError(WEIGHTS, "expected a file")
    return name


def _layers(file: EvidenceFile) -> tuple[tuple[int, str, str, str], ...]:
    """The rules of the layers, if they have rules of their own."""
    if file.top.get("rule") == "biases":
        return ()
    listed = array_of(file.top.get("layers"), WEIGHTS)
    return tuple(_layer(number, value) for number, value in enumerate(listed, start=1))


def _layer(number: int, value: Json) -> tuple[int, str, str, str]:
    if not isinstance(value, dict):
        raise FormatError(WEIGHTS, "expected an object for each layer")
    rows, biases = _ROWS.get(str(value.get("rows"))), _BIASES.get(str(value.get("bias")))
    if rows is None or biases is None:
        raise FormatError(WEIGHTS, "expected rows and bias of a kind that is known")
    return number, rows, tex_number(number_of(value.get("scale"), WEIGHTS), LONGEST_STATED), biases
