"""relucert approximate kuhn: interpolants on Kuhn triangulations, at most three inputs (T59)."""

from math import prod

from theory.domain import Box
from verify.approximation.interpolants import Interpolants
from verify.approximation.picture import MOST_TRIANGLES, picture
from verify.cli.methods.box_request import box_request
from verify.cli.methods.method import Built, Request
from verify.cli.terminal import counted
from verify.errors import InputError
from verify.result import PICTURE

_MOST_STEPS = 1000


def build(request: Request) -> Built:
    """The interpolant with the fewest steps, or with those that are set."""
    target, box = box_request(request)
    interpolants = Interpolants(target, box, request.epsilon)
    steps = _steps(request, box)
    if steps is None:
        found = interpolants.fewest()
        approximation = found.approximation
        more = "with every smaller number the interpolant is too far somewhere"
        if not found.is_least:
            more = "for a smaller number the checker could not see that it is near"
        lines = [f"{_told(approximation.steps)}; {more}"] if max(approximation.steps) > 1 else []
    else:
        approximation, lines = interpolants.approximation(steps), []
    files, steps = dict[str, bytes](), approximation.steps
    if box.inputs == 2 and not box.fixed and 2 * prod(steps) <= MOST_TRIANGLES:
        files[PICTURE] = picture(interpolants, steps, request.target).encode()
    facts = {"steps": list(steps)}
    return Built(approximation, approximation.network, tuple(lines), facts, files)


def _told(steps: tuple[int, ...]) -> str:
    return counted(max(steps), "step a side", "steps a side")


def _steps(request: Request, box: Box) -> tuple[int, ...] | None:
    """The steps that are set, as 8 or 8x4.

    Raises:
        InputError: they are none.
    """
    found = request.settings.get("steps")
    if found is None:
        return None
    parts = str(found).split("x")
    if len(parts) == 1:
        parts = [("1" if axis in box.fixed else parts[0]) for axis in range(box.inputs)]
    numbers = [
        int(part) if part.isascii() and part.isdigit() and len(part) < 6 else 0 for part in parts
    ]
    if len(numbers) != box.inputs or not all(1 <= number <= _MOST_STEPS for number in numbers):
        wanted = f"expected an integer from 1 to {_MOST_STEPS}, or one for each input as 8x4"
        raise InputError("--set steps", wanted)
    if any(numbers[axis] != 1 for axis in box.fixed):
        raise InputError("--set steps", "expected 1 step on a side that is a point")
    return tuple(numbers)
