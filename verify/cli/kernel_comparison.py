"""relucert kernel --compare: have two infinitely wide networks the same kernels?"""

from collections.abc import Sequence

from theory.kernels.identity import (
    KERNELS,
    DifferentKernels,
    NormalForm,
    Pair,
    SameKernels,
    compared_kernels,
)
from theory.kernels.recursion import Variances, decimals, kernels
from verify.cli.terminal import Terminal, counted, vector

_FIRST_DIGITS, _LAST_DIGITS = 10, 5000


def compared(
    sides: tuple[Variances, Variances],
    heads: Sequence[str],
    inputs: int,
    pairs: Sequence[Pair],
    terminal: Terminal,
) -> int:
    """Say whether two networks have the same kernels, and why. Exit: 0 yes, 1 no, 2 unknown."""
    found = compared_kernels(*sides, inputs, pairs)
    if isinstance(found, SameKernels):
        about = f"normal form of both: {_described(found.form)}"
        lines = [*heads, "the same kernels K and T at all pairs of inputs (T70)", about]
        terminal.tell({"verdict": "equivalent", "about": about}, lines)
        return 0
    if isinstance(found, DifferentKernels):
        _tell_different(found, sides, heads, terminal)
        return 1
    reason = (
        f"the normal forms differ, so K does at some pair (T70), but none of {found.pairs} pairs "
        f"shows it with {found.bits} bits"
    )
    terminal.tell({"verdict": "unknown", "reason": reason}, [*heads, f"unknown: {reason}"])
    return 2


def _described(form: NormalForm) -> str:
    layers = counted(len(form.biases) - 1, "hidden layer", "hidden layers")
    biases = ", ".join(map(str, form.biases)) if any(form.biases) else "0"
    return f"{layers}, product of the weight variances {form.scale}, bias variances {biases}"


def _tell_different(
    found: DifferentKernels,
    sides: tuple[Variances, Variances],
    heads: Sequence[str],
    terminal: Terminal,
) -> None:
    """Both values with so many digits that they differ: each is rounded correctly."""
    index = KERNELS.index(found.kernel)
    digits, values = _FIRST_DIGITS, [""]
    while len(set(values)) == 1 and digits <= _LAST_DIGITS:
        pair = (found.first, found.second)
        values = [decimals(kernels(*pair, side), digits)[index] for side in sides]
        digits *= 2
    lines = [
        *heads,
        f"different: {found.kernel}(x,y) at x = {vector(found.first)}, y = {vector(found.second)}",
        *(f"  {side:5} {value}" for side, value in zip(("left", "right"), values, strict=True)),
    ]
    facts: dict[str, object] = {
        "verdict": "different",
        "kernel": found.kernel,
        "x": [str(entry) for entry in found.first],
        "y": [str(entry) for entry in found.second],
        "left": values[0],
        "right": values[1],
    }
    terminal.tell(facts, lines)
