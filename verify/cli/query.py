"""A VNN-LIB query put to the prover: what is read, refused, and written as its answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from theory.errors import TheoryError
from verify.cli.terminal import decimal
from verify.errors import InputError
from verify.verdict import Different, Verdict

if TYPE_CHECKING:
    from verify.claim import NamedNetwork
    from verify.formats.vnnlib_query import Query
    from verify.reduction import Reduction

RESULT = "result.txt"


@dataclass(frozen=True, slots=True)
class AskedQuery:
    """A query with the networks that it is asked of.

    Attributes:
        query: What is asked.
        sides: The networks in the order of their declarations.
        reduction: The claim that answers it.
        files: Where the answer is written in the competition's format.
    """

    query: "Query"
    sides: "tuple[NamedNetwork, NamedNetwork]"
    reduction: "Reduction"
    files: tuple[Path, ...]

    def told(self, verdict: Verdict) -> tuple[dict[str, object], list[str]]:
        """Write the answer to the files, and say how far inside the query a model is.

        Raises:
            InputError: a file cannot be written.
        """
        from verify.competition import model_margin, result_text
        from verify.confidence import decimal_below

        networks = [side.network for side in self.sides]
        text = result_text(self.query, networks, verdict)
        for file in self.files:
            try:
                file.write_text(text, encoding="ascii")
            except OSError as error:
                raise InputError(str(file), f"cannot be written, {error.strerror}") from None
        if not isinstance(verdict, Different):
            return {}, []
        margin = model_margin(self.query, networks, verdict.point)
        facts = {"exact": decimal(margin.exact)}
        told = f"the model satisfies the query with {decimal(margin.exact)} to spare"
        if margin.float32 is None:
            told = f"{told}; nothing is stated about floats ({margin.reason})"
        elif margin.float32 > 0:
            facts["float32"] = least = decimal_below(margin.float32, 9)
            told = f"{told}, at least {least} in any float32 evaluation (T15)"
        else:
            told = f"{told}, which float32 evaluation need not show (T15)"
        return {"margin": facts}, [told]


def asked_query(
    file: str, networks: Sequence[str], result: str | None, out: str | None
) -> AskedQuery:
    """The query in a file, asked of networks given as NAME=FILE.

    Raises:
        InputError: the file or the networks cannot be read, do not fit, or the query is vacuous.
    """
    from verify.claim import NamedNetwork
    from verify.formats.network_file import read_bytes, read_network
    from verify.formats.vnnlib_query import parse_vnnlib_query
    from verify.prove.solver.vacuity import vacuity
    from verify.query_claim import query_reduction

    name = Path(file).name
    query = parse_vnnlib_query(read_bytes(Path(file)), name)
    files = dict(entry.partition("=")[::2] for entry in networks)
    if set(files) != {query.left, query.right} or len(files) != len(networks):
        wanted = f"--network {query.left}=FILE --network {query.right}=FILE"
        raise InputError("--network", f"expected {wanted}")
    sources = [read_network(files[label]) for label in (query.left, query.right)]
    sides = tuple(NamedNetwork.of(source.name, source.network) for source in sources)
    _refuse_misfits(query, sides)
    reason = vacuity(query)
    if reason is not None:
        raise InputError(name, f"vacuous: {reason}")
    try:
        reduction = query_reduction(query, sides[0], sides[1])
    except TheoryError as error:
        raise InputError(name, str(error)) from None
    written = [] if result is None else [Path(result)]
    written += [] if out is None else [Path(out) / RESULT]
    return AskedQuery(query, (sides[0], sides[1]), reduction, tuple(written))


def _refuse_misfits(query: "Query", sides: "Sequence[NamedNetwork]") -> None:
    for side, outputs in zip(sides, query.outputs, strict=True):
        network = side.network
        if (network.inputs, network.outputs) != (query.domain.inputs, outputs):
            raise InputError(
                query.name,
                f"declares {query.domain.inputs} inputs and {outputs} outputs, "
                f"{side.name} has {network.inputs} and {network.outputs}",
            )
