"""The table of a comparison: a row for every question, a column for every tool."""

from collections.abc import Mapping, Sequence

from benchmarks.note_table import table
from benchmarks.peers.tool import Tool
from benchmarks.peers.trial import TIMEOUT, Trial

TALLY = (
    "tool",
    "what it says is worth",
    "proved",
    "claimed",
    "refuted",
    "wrong or false point",
    "no answer",
    "peak MB",
)
SURE = {"proved": True, "refuted": False}  # what the other answers are measured by
SAID = {"claimed": True, "refuted without a point": False, "false point": False}
Trials = Mapping[tuple[str, str], Trial]  # by question and tool


def truth(trials: Trials, question: str) -> bool | None:
    """Whether the claim holds, by a certificate or an exact point; None if neither is there.

    Raises:
        ValueError: there are both.
    """
    found = {
        SURE[one.verdict]
        for (name, _), one in trials.items()
        if name == question and one.verdict in SURE
    }
    if len(found) > 1:
        raise ValueError(f"{question}: both proved and refuted")
    return next(iter(found), None)


def cell(one: Trial, own: Trial | None, holds: bool | None) -> str:
    """Verdict, seconds and ratio to the project's own time."""
    if not one.seconds:
        return one.verdict
    ratio = f"{one.seconds / own.seconds:.2g}x" if own is not None and own.seconds else ""
    if one.verdict == TIMEOUT:
        more = f", > {ratio}" if ratio and own is not None and own.verdict in SURE else ""
        return f"timeout {one.said}{more}"
    verdict = f"**{one.verdict}**" if is_wrong(one, holds) else one.verdict
    return f"{verdict} {one.seconds:.2f} s" + (f", {ratio}" if ratio and one is not own else "")


def comparison(questions: Sequence[str], tools: Sequence[Tool], trials: Trials) -> str:
    """The table, the first tool being the project's own."""
    rows = []
    for question in questions:
        asked = [trials.get((question, tool.name)) for tool in tools]
        if all(one is None for one in asked):
            continue
        own, holds = asked[0], truth(trials, question)
        cells = ["" if one is None else cell(one, own, holds) for one in asked]
        size = own.said if own is not None and own.verdict in SURE else ""
        rows.append((question, *cells, size))
    return table(("question", *(tool.name for tool in tools), "certificate"), rows)


def tallies(tools: Sequence[Tool], trials: Trials) -> str:
    """For every tool: what its word is worth, and how many questions ended how."""
    rows = []
    for tool in tools:
        found = [one for (_, name), one in trials.items() if name == tool.name]
        found = [one for one in found if one.verdict != "not installed"]
        wrong = [one for one in found if is_wrong(one, truth(trials, one.question))]
        counts = {
            verdict: sum(one.verdict == verdict and one not in wrong for one in found)
            for verdict in ("proved", "claimed", "refuted")
        }
        rest = len(found) - sum(counts.values()) - len(wrong)
        peak = max((one.megabytes for one in found), default=0)
        versions = sorted({one.version for one in found if tool.environment and one.version})
        name = versions[0] if versions else tool.name
        cells = (*counts.values(), len(wrong), rest, f"{peak:.0f}")
        rows.append((name, tool.worth, *map(str, cells)))
    return table(TALLY, rows)


def is_wrong(one: Trial, holds: bool | None) -> bool:
    """Whether a tool's word is refuted: by its own point, or by what is known."""
    if one.verdict == "false point":
        return True
    return one.verdict in SAID and holds is not None and SAID[one.verdict] != holds
