"""Where subtrees are searched: processes of this machine, or a Dask cluster."""

import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from multiprocessing import get_context

from verify.errors import InputError

_PATIENCE = "10s"  # for the scheduler to answer


@dataclass(frozen=True, slots=True)
class Workers:
    """An executor, opened when there is enough to do.

    Attributes:
        count: How many subtrees it searches at a time.
        opened: Makes the executor, which is closed when the search is over.
    """

    count: int
    opened: Callable[[], AbstractContextManager[Executor]]


def chosen_workers(jobs: int, executor: str | None) -> Workers | None:
    """The workers that `--jobs N` or `--executor dask:ADDRESS` ask for; None for this process.

    Raises:
        InputError: the executor is unknown, not installed, or does not answer.
    """
    if executor is None:
        return processes(jobs) if jobs > 1 else None
    kind, _, address = executor.partition(":")
    if kind != "dask" or not address:
        raise InputError("--executor", f"expected dask:ADDRESS, got {executor!r}")
    return dask_cluster(address)


def processes(count: int) -> Workers:
    """So many processes, begun afresh, so that threads of this one do no harm."""
    return Workers(
        count,
        lambda: ProcessPoolExecutor(
            count, mp_context=get_context("spawn"), initializer=_leave_interrupts_to_the_parent
        ),
    )


def _leave_interrupts_to_the_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def dask_cluster(address: str) -> Workers:
    """The workers of the Dask cluster whose scheduler has this address.

    Raises:
        InputError: Dask is not installed, or no scheduler answers.
    """
    try:
        from distributed import Client
    except ImportError:
        what = "Dask is not installed (pip install 'relucert[dask]')"
        raise InputError("--executor", what) from None
    try:
        client = Client(address, timeout=_PATIENCE)
    except (OSError, ValueError) as error:
        raise InputError("--executor", f"no scheduler answers at {address}: {error}") from None

    @contextmanager
    def opened() -> Iterator[Executor]:
        with client, client.get_executor() as executor:
            yield executor

    return Workers(max(1, sum(client.nthreads().values())), opened)
