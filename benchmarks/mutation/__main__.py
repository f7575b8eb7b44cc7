"""Small mistakes in every construction, and whether the property tests notice them.

    python -m benchmarks.mutation                           one mistake of every kind a module
    python -m benchmarks.mutation --each 3 theory/unit.py   three, in one module
    python -m benchmarks.mutation --matching "| sign |"     those whose key contains the text
    python -m benchmarks.mutation --seconds 600             no new ones after ten minutes

Exit: 0 every mutant was caught or its survival is explained, 1 one survived without explanation,
2 the time was over before all were tried.
"""

import argparse
import time
import tomllib
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path
from queue import SimpleQueue

from benchmarks.mutation.suite import SUITE, Trial, trials
from benchmarks.mutation.trial import LONGEST, Copy, Result

CAUGHT, EXPLAINED, SURVIVED = "caught", "explained", "survived"
MANY = 10**6  # more mutants of a kind than any module has
SURVIVORS = Path(__file__).with_name("survivors.toml")


def explanations() -> dict[str, str]:
    """Why the mutants that are known to survive do so."""
    content = tomllib.loads(SURVIVORS.read_text(encoding="utf-8"))
    return {entry["mutant"]: entry["why"] for entry in content.get("survivor", [])}


def longest_of(copy: Copy, tests: tuple[str, ...], known: dict[tuple[str, ...], float]) -> float:
    """How long the tests may take: ten times as long as without a mistake, which must pass.

    Raises:
        SystemExit: they do not pass.
    """
    if tests not in known:
        found = copy.tested(tests)
        if found.is_caught:
            raise SystemExit(f"the tests fail without any mutant: {found.by}")
        known[tests] = min(LONGEST, max(30.0, 10 * found.seconds))
    return known[tests]


def results(chosen: list[Trial], jobs: int, seconds: float) -> Iterator[tuple[Trial, Result]]:
    """Every trial with its result, until the time is over."""
    deadline = time.monotonic() + seconds
    copies: SimpleQueue[Copy] = SimpleQueue()
    everyone = [Copy() for _ in range(jobs)]
    for copy in everyone:
        copies.put(copy)
    known: dict[tuple[str, ...], float] = {}

    def tried(trial: Trial) -> Result:
        copy = copies.get()
        try:
            longest = longest_of(copy, trial.tests, known)
            return copy.result(trial.module, trial.mutant.source, trial.tests, longest)
        finally:
            copies.put(copy)

    waiting = iter(chosen)
    running: dict[Future[Result], Trial] = {}
    with ThreadPoolExecutor(jobs) as pool:
        try:
            while True:
                while len(running) < jobs and time.monotonic() < deadline:
                    trial = next(waiting, None)
                    if trial is None:
                        break
                    running[pool.submit(tried, trial)] = trial
                if not running:
                    return
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    yield running.pop(future), future.result()
        finally:
            pool.shutdown(cancel_futures=True)
            for copy in everyone:
                copy.close()


def main() -> int:
    """Try the mutants, and say which ones survive."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("modules", nargs="*", help="files below the root; all of the suite")
    parser.add_argument("--each", type=int, default=1, help="mutants of every kind a module")
    parser.add_argument("--matching", default="", help="a part of the key of a mutant")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=3600.0)
    options = parser.parse_args()
    unknown = [module for module in options.modules if module not in SUITE]
    if unknown:
        parser.error(f"no tests are named for {', '.join(unknown)}")
    found = trials(options.modules or list(SUITE), options.each)
    chosen = [trial for trial in found if options.matching in trial.key]
    why = explanations()
    for key in stale(why):
        print(f"explained, and no longer there: {key}")
    counts: dict[str, Counter[str]] = {trial.module: Counter() for trial in chosen}
    survived = []
    for trial, result in results(chosen, options.jobs, options.seconds):
        word, told = _outcome(trial, result, why)
        counts[trial.module][word] += 1
        if word == SURVIVED:
            survived.append(trial)
        place = f"{trial.key} (line {trial.mutant.line})"
        print(f"{place}\n    {told}, {result.seconds:.1f} s", flush=True)
    print(f"\n{table(chosen, counts)}")
    for trial in survived:
        print(f"survived: {trial.key} (line {trial.mutant.line})")
    left = len(chosen) - sum(count.total() for count in counts.values())
    return 1 if survived else 2 if left else 0


def _outcome(trial: Trial, result: Result, why: dict[str, str]) -> tuple[str, str]:
    """A word for the table, and what to tell of a mutant."""
    if result.is_caught:
        return CAUGHT, f"caught by {result.by}"
    if trial.key in why:
        return EXPLAINED, f"survives: {why[trial.key]}"
    return SURVIVED, "SURVIVED"


def stale(why: dict[str, str]) -> list[str]:
    """The explanations of mutants that are no longer among those of their modules."""
    modules = {key.split(" | ")[0] for key in why}
    known = {trial.key for trial in trials([*modules], MANY)}
    return [key for key in why if key not in known]


def table(chosen: list[Trial], counts: dict[str, Counter[str]]) -> str:
    """The number of mutants of every module, tried and otherwise, in Markdown."""
    tried = Counter(trial.module for trial in chosen)
    words = (CAUGHT, EXPLAINED, SURVIVED)
    lines: list[tuple[object, ...]] = [("module", "mutants", *words, "not tried"), ("---",) * 6]
    for module, count in [*counts.items(), ("all", sum(counts.values(), Counter[str]()))]:
        total = tried[module] or len(chosen)
        lines.append((module, total, *(count[word] for word in words), total - count.total()))
    return "".join(f"| {' | '.join(map(str, line))} |\n" for line in lines)


if __name__ == "__main__":
    raise SystemExit(main())
