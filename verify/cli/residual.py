"""relucert transform parallel BLOCKS.json: residual blocks side by side, and is that the same?"""

import time
from pathlib import Path

from theory.architectures.residual import (
    Crossing,
    cost,
    first_crossing,
    parallel_network,
    serial_network,
)
from verify.acyclic import acyclic
from verify.claim import Claim, NamedNetwork
from verify.cli.question import Question, checked_seconds, checked_size
from verify.cli.recurrence import Order
from verify.cli.settlement import settle
from verify.errors import InputError
from verify.formats.domain_file import read_domain
from verify.formats.residual_json import read_residual
from verify.result import Run, prepared_folder


def settle_parallel(path: str, order: Order) -> int:
    """Write serial and parallel blocks as networks, prove them equal or tell them apart.

    Raises:
        InputError: the file holds no residual blocks, or an option is for other forms.
    """
    if order.settings or order.steps is not None:
        raise InputError("transform parallel", "takes neither --set nor --steps")
    started, terminal = time.monotonic(), order.terminal
    checked_seconds(order.timeout, "--timeout")
    blocks = read_residual(path)
    where = checked_size(read_domain(order.domain, blocks.size))
    folder = None if order.out is None else prepared_folder(order.out)
    read = time.monotonic()
    with terminal.progress("building both networks"), acyclic():
        sides = (
            NamedNetwork.of(f"serial blocks of {Path(path).name}", serial_network(blocks)),
            NamedNetwork.of(f"parallel blocks of {Path(path).name}", parallel_network(blocks)),
        )
    crossing, sizes = first_crossing(blocks), cost(blocks)
    facts: dict[str, object] = {
        "orthogonal": crossing is None,
        "serial_depth": sizes.serial_depth,
        "parallel_depth": sizes.parallel_depth,
        "parallel_width": sizes.parallel_width,
        "branch_units": sizes.units,
    }
    if not terminal.as_json:
        terminal.tell({}, [_orthogonality(crossing), _cost_line(facts)])
    seconds = {"read": read - started, "build": time.monotonic() - read}
    command = ("relucert", "transform", "parallel", path, "--domain", order.domain)
    run = Run(command, "parallel", "T49", facts, seconds)
    return settle(
        Question(Claim(*sides, where), "auto", order.timeout, None, folder), run, terminal
    )


def _orthogonality(crossing: Crossing | None) -> str:
    if crossing is None:
        return "orthogonal: no branch reads what an earlier one writes, so serial = parallel (T49)"
    column = "its bias" if crossing.column is None else f"its unit {crossing.column}"
    return (
        f"not orthogonal: branch {crossing.reader}, row {crossing.unit}, reads what branch "
        f"{crossing.writer} writes from {column}"
    )


def _cost_line(facts: dict[str, object]) -> str:
    return (
        f"depth {facts['serial_depth']} serial, {facts['parallel_depth']} parallel; "
        f"{facts['branch_units']} units of branches, up to {facts['parallel_width']} side by side"
    )
