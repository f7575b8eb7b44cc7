"""Exhaustive checking: a transform is tried on every network of a family, and each result proved.

The family is cut into chunks of consecutive networks, which any number of processes take; the
result does not depend on how many. What is finished is kept in a file, one line a chunk, so
that a sweep that was stopped goes on where it was.
"""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from functools import cache
from itertools import islice

from theory.domain import Domain
from theory.errors import ScopeError
from theory.extended import ExtendedNetwork
from theory.network import Network
from verify.claim import Claim, NamedNetwork
from verify.extended_claim import ExtendedClaim, NamedExtendedNetwork
from verify.formats.domain_file import domain_value
from verify.formats.strict_json import Json
from verify.prove.cells import extended
from verify.prove.strategy import decided_without_sampling
from verify.prove.workers import Workers
from verify.testing.family import Family
from verify.testing.identification import Identification, identification
from verify.testing.record import Record
from verify.testing.tally import (
    DIFFERENT,
    EQUIVALENT,
    FAILED,
    REFUSED,
    UNKNOWN,
    Finding,
    Tally,
)
from verify.testing.transformation import Transformation
from verify.verdict import Different, Equivalent, Unknown, Verdict

CHUNK = 256
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Sweep:
    """The question of a sweep.

    Attributes:
        family: The networks.
        transform: Its name, `module:function`.
        domain: Where a network and what is made of it are to be related.
        relation: How.
        is_reduced: Whether one network of every class of T02 is tried instead of all. That is
            enough for a transform that does not see the order and the scale of units.
        timeout: Seconds of search at most, for one network.
    """

    family: Family
    transform: str
    domain: Domain
    relation: str = "exact"
    is_reduced: bool = False
    timeout: float | None = None

    @property
    def json(self) -> Json:
        """The question as a JSON value, by which a file of results is known to belong to it."""
        family = self.family
        return {
            "biases": [str(value) for value in family.biases],
            "domain": domain_value(self.domain),
            "reduced": self.is_reduced,
            "relation": self.relation,
            "timeout": None if self.timeout is None else str(self.timeout),
            "transform": self.transform,
            "weights": [str(value) for value in family.weights],
            "widths": [*family.widths],
        }

    @property
    def chunks(self) -> int:
        """How many chunks the family is cut into."""
        return -(-self.family.size // CHUNK)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a sweep found.

    Attributes:
        tally: Of all networks.
        seconds: How long this run took.
        networks: How many networks this run tried; the others were in the file.
    """

    tally: Tally
    seconds: float
    networks: int

    @property
    def rate(self) -> float:
        """Networks a second, in this run."""
        return self.networks / self.seconds if self.seconds else 0.0


def verdict_on(sweep: Sweep, network: Network) -> tuple[str, str, Verdict | None]:
    """The outcome for one network, the reason if it is not equivalent, and the verdict.

    There is no verdict where nothing could be compared, nor on a network with infinite weights,
    whose proof is of a kind of its own; what is proved equal is related in every way.
    """
    try:
        made = Transformation.named(sweep.transform).made(network, sweep.domain)
        if isinstance(made, ExtendedNetwork):
            return _verdict_on_extended(sweep, network, made)
        claim = claim_about(sweep, network, made)
    except ScopeError as error:
        return REFUSED, str(error), None
    except Exception as error:  # whatever a transform raises is a failure of the transform
        return FAILED, f"{type(error).__name__}: {error}", None
    verdict = decided_without_sampling(claim, sweep.timeout)
    match verdict:
        case Equivalent():
            return EQUIVALENT, "", verdict
        case Different():
            return DIFFERENT, "", verdict
        case Unknown(reason):
            return UNKNOWN, reason, verdict


def _verdict_on_extended(
    sweep: Sweep, network: Network, made: ExtendedNetwork
) -> tuple[str, str, None]:
    sides = NamedNetwork.of("network", network), NamedExtendedNetwork.of("transformed", made)
    proof = extended.settled(ExtendedClaim(*sides, sweep.domain), timeout=sweep.timeout)
    if isinstance(proof, Unknown):
        return UNKNOWN, proof.reason, None
    return EQUIVALENT, "", None


def claim_about(sweep: Sweep, network: Network, made: Network) -> Claim:
    """The claim that a network and what was made of it are related.

    Raises:
        ShapeError: they have different numbers of inputs or outputs.
    """
    sides = NamedNetwork.of("network", network), NamedNetwork.of("transformed", made)
    return Claim(*sides, sweep.domain, sweep.relation)


def chunk_tally(sweep: Sweep, chunk: int) -> Tally:
    """What becomes of the networks of a chunk, in the order of their numbers."""
    family, named = sweep.family, _identification(sweep)
    tally = Tally()
    for index in range(chunk * CHUNK, min((chunk + 1) * CHUNK, family.size)):
        if sweep.is_reduced and not family.is_representative(index):
            continue
        network = family.network(index)
        outcome, reason, _ = verdict_on(sweep, network)
        finding = None if outcome == EQUIVALENT else Finding.of(network, index, reason)
        tally.add(outcome, finding, named.digest(network))
    return tally


@cache
def _identification(sweep: Sweep) -> Identification:
    return identification(sweep.family.widths, sweep.domain)


def swept(
    sweep: Sweep,
    workers: Workers | None = None,
    record: Record | None = None,
    progress: Progress | None = None,
) -> Outcome:
    """What becomes of every network of the family.

    Args:
        sweep: The question.
        workers: Where chunks are worked on; by default in this process.
        record: Where finished chunks are kept; those that are there already are not tried again.
        progress: Called with the number of chunks that are finished, now and then.
    """
    started = time.monotonic()
    total = Tally()
    known = record.read() if record is not None else {}
    for tally in known.values():
        total.merge(tally)
    before = total.networks
    left = (chunk for chunk in range(sweep.chunks) if chunk not in known)
    for done, (chunk, tally) in enumerate(_tallies(sweep, left, workers), start=1 + len(known)):
        if record is not None:
            record.append(chunk, tally)
        total.merge(tally)
        if progress is not None:
            progress(done)
    return Outcome(total, time.monotonic() - started, total.networks - before)


def _tallies(
    sweep: Sweep, chunks: Iterator[int], workers: Workers | None
) -> Iterator[tuple[int, Tally]]:
    """The tallies of the chunks, in the order in which they are finished."""
    if workers is None:
        for chunk in chunks:
            yield chunk, chunk_tally(sweep, chunk)
        return
    with workers.opened() as executor:
        try:
            running: dict[Future[Tally], int] = {}
            while True:
                for chunk in islice(chunks, 2 * workers.count - len(running)):
                    running[executor.submit(chunk_tally, sweep, chunk)] = chunk
                if not running:
                    return
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    yield running.pop(future), future.result()
        finally:
            executor.shutdown(wait=True, cancel_futures=True)
