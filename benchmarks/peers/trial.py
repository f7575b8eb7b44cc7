"""One tool on one question: a process of its own, with limits, judged by exact evaluation."""

import os
import resource
import signal
import subprocess
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.peers.answer import GarbledError, judged
from benchmarks.peers.question import Question
from benchmarks.peers.tool import Tool

MEMORY = 6 * 2**30  # bytes of address space
PATIENCE = 30  # seconds of the clock for every second of CPU time, on a busy machine
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
TIMEOUT = "timeout"


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of it.

    Attributes:
        question: The key of the question.
        tool: The name of the tool.
        verdict: As `benchmarks.peers.answer.judged` says, or `timeout`, `crash`, `not installed`.
        seconds: CPU time of the whole process and its children.
        limit: Seconds of CPU time that it had.
        megabytes: Peak of its resident memory.
        said: Why, or a word more.
        version: The solver and its version, where it says so.
    """

    question: str
    tool: str
    verdict: str
    seconds: float
    limit: float
    megabytes: float
    said: str = ""
    version: str = ""

    @property
    def json(self) -> dict[str, object]:
        """As one line of a record."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class _Run:
    status: int
    seconds: float
    megabytes: float
    output: str
    errors: str
    is_late: bool
    is_idle: bool


def trial(tool: Tool, question: Question, folder: Path, limit: float) -> Trial:
    """Ask a tool a question whose files are in a folder.

    The limit is CPU time, so that a busy machine does not change verdicts; a process that only
    waits is stopped by the clock.
    """
    if not tool.is_installed:
        return Trial(question.key, tool.name, "not installed", 0, limit, 0)
    with tempfile.TemporaryDirectory() as scratch:
        run = _run(tool.command(question, folder, Path(scratch)), Path(scratch), limit)
    ends = (question.key, tool.name)
    measured = (run.seconds, limit, run.megabytes)
    if run.is_late:
        waited = (
            f"by the clock, after {run.seconds:.1f} s of work and {PATIENCE * limit:g} s in all"
        )
        return Trial(*ends, TIMEOUT, *measured, waited if run.is_idle else f"after {limit:g} s")
    try:
        answer = tool.read(run.output)
    except GarbledError as error:
        reason = (run.errors.strip().splitlines() or [str(error)])[-1]
        return Trial(*ends, "crash", *measured, f"status {run.status}: {reason}"[:200])
    verdict, said = judged(question, answer, tool.has_certificate)
    return Trial(*ends, verdict, *measured, said, answer.version)


def _run(command: list[str], scratch: Path, limit: float) -> _Run:
    whole = max(1, round(limit))

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (whole, whole + 5))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))

    with (scratch / "output").open("wb") as output, (scratch / "errors").open("wb") as errors:
        process = subprocess.Popen(
            command,
            stdout=output,
            stderr=errors,
            stdin=subprocess.DEVNULL,
            cwd=scratch,
            env=os.environ | ONE_THREAD,
            start_new_session=True,
            preexec_fn=limited,
        )
        status, usage, is_idle = _waited(process, PATIENCE * limit)
    process.returncode = status
    said, wrong = ((scratch / name).read_text("utf-8", "replace") for name in ("output", "errors"))
    seconds = usage.ru_utime + usage.ru_stime
    is_late = is_idle or -status in (signal.SIGXCPU, signal.SIGKILL)
    return _Run(status, seconds, usage.ru_maxrss / 1024, said, wrong, is_late, is_idle)


def _waited(
    process: "subprocess.Popen[bytes]", seconds: float
) -> tuple[int, resource.struct_rusage, bool]:
    """Status and usage of the process when it ends, killed with its children if it is late."""
    end = time.monotonic() + seconds
    is_stopped = False
    while True:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            _kill_group(process.pid)
            return os.waitstatus_to_exitcode(status), usage, is_stopped
        if not is_stopped and time.monotonic() > end:
            is_stopped = True
            _kill_group(process.pid)
        time.sleep(0.01)


def _kill_group(pid: int) -> None:
    """End the processes of a session that was started here; its number is the first one's."""
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return
