"""relucert instances INSTANCES.csv: every query of a competition's list, each within its time.

Each instance runs in a process of its own, which is ended when its time is over. OUT/results.csv
gets a line as soon as an instance is done; the same command goes on after the last of them.
Files that are only there with the suffix .gz, as the competition keeps them, are unpacked first.
"""

import csv
import gzip
import hashlib
import json as json_format
import os
import resource
import subprocess
import sys
import time
import zlib
from dataclasses import dataclass, fields
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any

import typer

from verify.cli.options import AsJson, Out, Quiet
from verify.cli.resumption import interrupted_by_termination
from verify.cli.terminal import Terminal
from verify.errors import InputError

if TYPE_CHECKING:
    from verify.formats.instances_file import Instance

RESULTS = "results.csv"
DECIDED = ("unsat", "sat", "vacuous")
_READING = 3.0  # seconds of the limit that the search leaves for reading and checking, at most
_CALL = "import sys; from verify.cli import main; sys.exit(main())"
_ROOT = Path(__file__).resolve().parents[2]

ListFile = Annotated[str, typer.Argument(metavar="INSTANCES.csv", help="The list of instances.")]
Limit = Annotated[
    float | None,
    typer.Option("--timeout", metavar="S", help="Seconds for each instance, not those listed."),
]
QueryFile = Annotated[
    str | None,
    typer.Option("--query", metavar="FILE", help="Ask this query of all, not those listed."),
]
Retry = Annotated[
    bool, typer.Option("--retry", help="Run again what ended undecided in an earlier run.")
]


@dataclass(frozen=True, slots=True)
class Row:
    """A line of results.csv; everything as text.

    Attributes:
        key: A digest of the files' contents and the limit.
        networks: The networks' files.
        query: The query's file.
        limit: The seconds that it may take.
        result: unsat, sat, unknown, timeout, vacuous or error.
        seconds: What it took by the clock: reading, search and check.
        cpu: The seconds of computing time of its process.
        bytes: The size of the certificate.
        leaves: The leaves of the proof.
        check: The seconds that the checker took, of those.
        margin: By how much a model satisfies the query, exactly.
        float32: At least how much of that any float32 evaluation shows.
        detail: A sentence where there is neither a certificate nor a model.
    """

    key: str
    networks: str
    query: str
    limit: str
    result: str
    seconds: str
    cpu: str = ""
    bytes: str = ""
    leaves: str = ""
    check: str = ""
    margin: str = ""
    float32: str = ""
    detail: str = ""


COLUMNS = tuple(field.name for field in fields(Row))


def instances(
    listed: ListFile,
    *,
    timeout: Limit = None,
    query: QueryFile = None,
    retry: Retry = False,
    out: Out = None,
    json: AsJson = False,
    quiet: Quiet = False,
) -> int:
    """Run every instance of a list. Exit: 0 all decided, 2 some are not."""
    from dataclasses import replace

    from verify.cli.question import checked_seconds
    from verify.formats.instances_file import read_instances
    from verify.result import prepared_folder

    checked_seconds(timeout, "--timeout")
    found = read_instances(Path(listed))
    if query is not None:
        found = tuple(replace(one, query=str(Path(query).resolve())) for one in found)
    if timeout is not None:
        found = tuple(replace(one, seconds=timeout) for one in found)
    terminal = Terminal(json, quiet)
    with interrupted_by_termination():  # so that the process of an instance ends with this one
        if out is not None:
            return _run_all(found, prepared_folder(out), terminal, retry=retry)
        with TemporaryDirectory() as folder:
            return _run_all(found, Path(folder), terminal, retry=retry)


def _run_all(
    found: "tuple[Instance, ...]", folder: Path, terminal: Terminal, *, retry: bool
) -> int:
    known = {row.key: row for row in read_rows(folder / RESULTS)}
    rows: list[Row] = []
    for number, instance in enumerate(found):
        key = _key(instance)
        row = known.get(key)
        if row is None or (retry and row.result not in DECIDED):
            with terminal.progress(f"instance {number + 1} of {len(found)}: {instance.name}"):
                row = _run(instance, key, folder / f"{number:03d}")
            known[key] = row
            _write_rows(folder / RESULTS, list(known.values()))
        rows.append(row)
        if not terminal.as_json:
            terminal.tell({}, [line_of(number, instance.name, row)])
    counts = {word: [row.result for row in rows].count(word) for word in _words(rows)}
    told = ", ".join(f"{count} {word}" for word, count in counts.items())
    facts: dict[str, object] = {"rows": [_facts(row) for row in rows], "counts": counts}
    seconds = sum(float(row.seconds) for row in rows)
    terminal.tell(facts, [f"{len(rows)} instances: {told}; {seconds:.1f} s in all"])
    return 0 if all(row.result in DECIDED for row in rows) else 2


def _words(rows: list[Row]) -> list[str]:
    return list(dict.fromkeys(row.result for row in rows))


def line_of(number: int, name: str, row: Row) -> str:
    """One line for people about one instance."""
    told = f"{number:3d}  {row.result:8} {float(row.seconds):7.2f} s  {name}"
    if row.result == "unsat":
        size = f"{int(row.bytes) / 1000:.1f} kB"
        return f"{told}  certificate {size}, {row.leaves} leaves, checked in {row.check} s"
    if row.result == "sat":
        return f"{told}  margin {row.margin}, in float32 at least {row.float32 or 'nothing known'}"
    return f"{told}  {row.detail}"


def _facts(row: Row) -> dict[str, str]:
    return {name: getattr(row, name) for name in COLUMNS if getattr(row, name)}


def read_rows(file: Path) -> list[Row]:
    """The lines of results.csv; none where there is no such file.

    Raises:
        InputError: the file has other columns.
    """
    if not file.exists():
        return []
    with file.open(newline="", encoding="utf-8") as source:
        reader = csv.reader(source)
        head = next(reader, None)
        if head != list(COLUMNS):
            raise InputError(str(file), "is no table of results of this program")
        return [Row(*line) for line in reader if len(line) == len(COLUMNS)]


def _write_rows(file: Path, rows: list[Row]) -> None:
    """Write all lines to a new file that takes the place of the old one."""
    new = file.with_suffix(".new")
    with new.open("w", newline="", encoding="utf-8") as target:
        writer = csv.writer(target, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows([getattr(row, name) for name in COLUMNS] for row in rows)
    new.replace(file)


def _key(instance: "Instance") -> str:
    """A digest of the contents of the files, the names of the networks and the limit."""
    digest = hashlib.sha256(repr(instance.seconds).encode())
    for name, path in (*instance.networks, ("", instance.query)):
        file = _source(instance.folder / path.partition("#")[0])
        content = file.read_bytes() if file.is_file() else b"missing"
        digest.update(hashlib.sha256(name.encode()).digest())
        digest.update(hashlib.sha256(content).digest())
    return digest.hexdigest()[:16]


def _source(file: Path) -> Path:
    """The file, or the packed one that is there in its place."""
    packed = file.with_name(f"{file.name}.gz")
    return packed if packed.is_file() and not file.exists() else file


def _unpacked(file: Path, folder: Path) -> str:
    """The path of the file, or of what was packed in its place, unpacked into the folder."""
    source = _source(file)
    if source == file:
        return str(file)
    try:
        content = gzip.decompress(source.read_bytes())
    except (OSError, EOFError, zlib.error):
        return str(file)  # which is not there: prove says so
    folder.mkdir(parents=True, exist_ok=True)
    place = folder / file.name
    place.write_bytes(content)
    return str(place)


def _run(instance: "Instance", key: str, folder: Path) -> Row:
    """The result of one instance, in a process that is ended when its time is over."""
    words = ["prove", _unpacked(instance.folder / instance.query, folder), "--json"]
    for name, path in instance.networks:
        words += ["--network", f"{name}={_unpacked(instance.folder / path, folder)}"]
    words += ["-o", str(folder)]
    search = max(instance.seconds - _READING, instance.seconds / 2)
    words += ["--timeout", repr(search)]
    paths = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
    started, before = time.monotonic(), _computing_time()
    try:
        done = subprocess.run(
            [sys.executable, "-c", _CALL, *words],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=instance.seconds,
            check=False,
            env=os.environ | {"PYTHONPATH": paths},
        )
    except subprocess.TimeoutExpired:
        done = None
    taken = (time.monotonic() - started, _computing_time() - before)
    head = (key, " ".join(path for _, path in instance.networks), instance.query)
    start = (*head, f"{instance.seconds:g}")
    seconds = (f"{taken[0]:.2f}", f"{taken[1]:.2f}")
    if done is None:
        return Row(*start, "timeout", *seconds, detail="its time was over")
    return _row(start, seconds, done)


def _computing_time() -> float:
    """The seconds that ended processes of this one have computed."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _row(
    head: tuple[str, str, str, str],
    seconds: tuple[str, str],
    done: subprocess.CompletedProcess[str],
) -> Row:
    """What the process said."""
    try:
        told: dict[str, Any] = json_format.loads(done.stdout)
    except ValueError:
        lines = done.stderr.strip().splitlines() or ["the process ended without a word"]
        detail = lines[-1].removeprefix("relucert: ")
        return Row(*head, "vacuous" if "vacuous:" in detail else "error", *seconds, detail=detail)
    answer, detail = told["answer"], told.get("reason", "")
    if answer == "unknown" and "were used up" in detail:
        answer = "timeout"
    size = told.get("summary", {})
    margin = told.get("margin", {})
    return Row(
        *head,
        answer,
        *seconds,
        str(size.get("bytes", "")),
        str(size.get("leaves", "")),
        f"{told['seconds']['check']:.2f}" if "check" in told.get("seconds", {}) else "",
        margin.get("exact", "").removeprefix("~"),
        margin.get("float32", ""),
        detail,
    )
