"""Parallel search: the certificate does not depend on who searched, in what order, or how long."""

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.proofs import TRIANGLE, claim_of, small_network
from theory.domain import Box, Domain, Space
from theory.forms.two_hidden import two_hidden_form
from verify.certificate import Step
from verify.claim import Claim
from verify.cli import main
from verify.errors import InputError
from verify.prove.cells import start, tree_search
from verify.prove.cells.subtree import Problem, grown
from verify.prove.cells.tree_search import Means, TreeSearch
from verify.prove.clock import Clock
from verify.prove.draft import GAP, Draft, closed, gap_paths
from verify.prove.strategy import prove
from verify.prove.workers import Workers, chosen_workers, processes
from verify.testing.strategies import networks
from verify.verdict import Different, Equivalent, Unknown


class Synchronous(Executor):
    """An executor that does what it is given at once."""

    def submit(self, fn: Callable[..., object], /, *args: object, **more: object) -> Future:  # type: ignore[type-arg]
        future: Future[object] = Future()
        try:
            future.set_result(fn(*args, **more))
        except Exception as error:
            future.set_exception(error)
        return future


class Reluctant(Synchronous):
    """An executor that closes one leaf at a time."""

    def submit(self, fn: Callable[..., object], /, *args: object, **more: object) -> Future:  # type: ignore[type-arg]
        problem, path, _ = args
        return super().submit(fn, problem, path, -1.0)


def workers(make: Callable[[], Executor], count: int = 2) -> Workers:
    """Workers with an executor of this process."""
    return Workers(count, make)


@pytest.fixture
def impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask workers at once."""
    monkeypatch.setattr(tree_search, "PATIENCE", -1.0)


def shallow_claim(domain: Domain, seed: int = 1, inputs: int = 2) -> Claim:
    """A network against its two-hidden-layer form: there is a case tree to search."""
    network = small_network((inputs, 5, 5, *([5] if inputs == 2 else []), 1), seed)
    return claim_of(network, two_hidden_form(network, domain).network, domain)


def serial(claim: Claim) -> list[Step]:
    """The script that one process finds in one go."""
    return TreeSearch(Problem.of(claim), Draft(), Clock()).run()


DOMAINS: tuple[Domain, ...] = (Box.cube(2, -2, 2), TRIANGLE, Space(2))


@pytest.mark.parametrize("domain", DOMAINS, ids=["box", "polytope", "space"])
@pytest.mark.parametrize("make", [Synchronous, Reluctant, lambda: ThreadPoolExecutor(3)])
def test_T33_any_executor_finds_the_same_certificate(
    domain: Domain, make: Callable[[], Executor], impatience: None
) -> None:
    claim = shallow_claim(domain)
    alone = prove(claim, "cells")
    together = prove(claim, "cells", means=Means(workers(make)))
    assert isinstance(alone, Equivalent)
    assert isinstance(together, Equivalent)
    assert alone.leaves > 5
    assert together.certificate.data == alone.certificate.data


def test_processes_find_the_same_certificate(impatience: None) -> None:
    claim = shallow_claim(DOMAINS[0])
    opened = []

    def noted() -> Executor:
        opened.append(pool.opened())
        return opened[0]  # type: ignore[return-value]

    pool = processes(2)
    verdict = prove(claim, "cells", means=Means(Workers(2, noted)))
    assert isinstance(verdict, Equivalent)
    assert opened
    assert list(verdict.certificate.steps) == serial(claim)


@settings(max_examples=30)
@given(networks(inputs=st.integers(1, 3), widths=st.just([3, 3])), st.randoms())
def test_T33_gaps_may_be_filled_in_any_order(network: object, random: object) -> None:
    box = Box.cube(network.inputs, -2, 2)  # type: ignore[attr-defined]
    claim = claim_of(network, two_hidden_form(network, box).network, box)  # type: ignore[arg-type]
    problem, draft = Problem.of(claim), Draft()
    while draft.gaps:
        gap = random.choice(sorted(draft.gaps))  # type: ignore[attr-defined]
        draft.fill(gap, grown(problem, draft.gaps[gap], -1.0).script)
    assert draft.script == serial(claim)


def test_programs_answer_the_same_wherever_they_are_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start, "MOST_VERTEX_INPUTS", 0)
    claim = shallow_claim(Box.cube(3, -2, 2), 1, 3)
    problem, draft = Problem.of(claim), Draft()
    while draft.gaps:
        gap, path = draft.gaps.copy().popitem()
        draft.fill(gap, grown(problem, path, -1.0).script)
    assert draft.script == serial(claim)


def test_a_small_proof_opens_no_executor() -> None:
    def never() -> Executor:
        raise AssertionError("the executor was opened")

    verdict = prove(shallow_claim(DOMAINS[0]), "cells", means=Means(workers(never)))
    assert isinstance(verdict, Equivalent)


def test_workers_refute_too(impatience: None) -> None:
    network = small_network((2, 5, 5, 1), 1)
    other = small_network((2, 5, 5, 1), 3)
    claim = claim_of(network, other, DOMAINS[0])
    verdict = prove(
        claim, "cells", means=Means(workers(Synchronous), script=((["S", 0]), GAP, GAP))
    )
    assert isinstance(verdict, Different)
    assert claim.fails_at(verdict.point)


class Dying(Synchronous):
    """An executor that loses its processes when it is given the fourth subtree."""

    def __init__(self, dies_at_once: bool) -> None:
        self.dies_at_once = dies_at_once
        self.count = 0

    def submit(self, fn: Callable[..., object], /, *args: object, **more: object) -> Future:  # type: ignore[type-arg]
        self.count += 1
        if self.count < 4:
            return super().submit(fn, *args[:2], -1.0)
        if self.dies_at_once:
            raise BrokenProcessPool("out of memory")
        future: Future[object] = Future()
        future.set_exception(BrokenProcessPool("out of memory"))
        return future


@pytest.mark.parametrize("dies_at_once", [True, False])
def test_a_worker_that_dies_leaves_what_was_found(dies_at_once: bool, impatience: None) -> None:
    claim, saved = shallow_claim(DOMAINS[0]), list[list[Step]]()
    means = Means(workers(lambda: Dying(dies_at_once)), save=saved.append)
    verdict = prove(claim, "cells", means=means)
    assert isinstance(verdict, Unknown)
    assert "out of memory" in verdict.reason
    assert saved[0].count(GAP) > 0
    again = prove(claim, "cells", means=Means(script=saved[0]))
    assert isinstance(again, Equivalent)
    assert list(again.certificate.steps) == serial(claim)


def test_no_worker_is_left_when_time_is_up(impatience: None) -> None:
    closed_executors = []

    @contextmanager
    def opened() -> Iterator[Executor]:
        with ThreadPoolExecutor(2) as executor:
            yield executor
        closed_executors.append(executor)

    claim = shallow_claim(Box.cube(3, -2, 2), 1, 3)
    saved = list[list[Step]]()
    verdict = prove(claim, "cells", 0.3, means=Means(Workers(2, opened), save=saved.append))
    if isinstance(verdict, Unknown):
        assert len(saved) == 1
        assert gap_paths(saved[0])
        assert closed_executors


# -- drafts


def test_paths_replace_closed_sides() -> None:
    script: list[Step] = [["+", 1, []], ["S", 2], ["S", 3], ["="], GAP, ["-", 4, []], GAP]
    assert gap_paths(script) == [
        (["+", 1, []], ["S", 2], ["S", 3], ["/"]),
        (["+", 1, []], ["S", 2], ["/"], ["-", 4, []]),
    ]


@pytest.mark.parametrize(
    "script", [[], [["S", 1]], [["S", 1], ["="]], [["="], ["="]], [["="], ["+", 1, []]]]
)
def test_scripts_of_no_whole_tree_are_refused(script: list[Step]) -> None:
    with pytest.raises(ValueError, match=r"step|side"):
        gap_paths(script)


def test_a_stopped_search_is_cut_at_its_last_node() -> None:
    prefix: list[Step] = [["+", 1, []], ["S", 2], ["="], ["-", 3, []]]
    assert closed(prefix) == [*prefix[:3], GAP]
    assert closed([["+", 1, []]]) == [GAP]
    assert closed([["S", 1], ["S", 2]]) == [["S", 1], ["S", 2], GAP, GAP, GAP]


def test_every_prefix_of_a_search_is_the_script_of_a_tree() -> None:
    script = serial(shallow_claim(DOMAINS[0]))
    for end in range(len(script)):
        gap_paths(closed(script[:end]))


# -- options


def test_one_job_is_no_workers() -> None:
    assert chosen_workers(1, None) is None
    four = chosen_workers(4, None)
    assert four is not None
    assert four.count == 4


@pytest.mark.parametrize("text", ["", "dask", "dask:", "slurm:here"])
def test_unknown_executors_are_refused(text: str) -> None:
    with pytest.raises(InputError, match="dask:ADDRESS"):
        chosen_workers(1, text)


def test_dask_is_an_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match="not installed"):
        chosen_workers(1, "dask:tcp://127.0.0.1:8786")


def test_a_command_without_dask_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    words = ["prove", "a.onnx", "b.onnx", "--domain", "all", "--executor", "dask:tcp://host:8786"]
    network = str(Path(__file__).resolve().parents[1] / "examples" / "diabetes_2-8-8-1.onnx")
    words[1:3] = [network, network]
    assert main(words) == 3
    assert "pip install 'relucert[dask]'" in capsys.readouterr().err


def test_a_cluster_is_one_more_executor(monkeypatch: pytest.MonkeyPatch, impatience: None) -> None:
    """What is used of Dask, played by a pool of threads."""

    class Client:
        def __init__(self, address: str, timeout: str) -> None:
            self.address = address
            self.is_closed = False

        def nthreads(self) -> dict[str, int]:
            return {"one": 2, "other": 1}

        def get_executor(self) -> Executor:
            return ThreadPoolExecutor(3)

        def __enter__(self) -> "Client":
            return self

        def __exit__(self, *_: object) -> None:
            self.is_closed = True

    distributed = ModuleType("distributed")
    vars(distributed)["Client"] = Client
    monkeypatch.setitem(sys.modules, "distributed", distributed)
    cluster = chosen_workers(1, "dask:tcp://host:8786")
    assert cluster is not None
    assert cluster.count == 3
    claim = shallow_claim(DOMAINS[0])
    verdict = prove(claim, "cells", means=Means(cluster))
    assert isinstance(verdict, Equivalent)
    assert list(verdict.certificate.steps) == serial(claim)
