"""Exhaustive sweeps of every form over small networks: `python -m benchmarks.sweeps`.

    python -m benchmarks.sweeps 2-2-1              the shapes to sweep; by default all below
    python -m benchmarks.sweeps --jobs 2 -o out/sweeps

With -o, a sweep that was interrupted goes on where it was.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

from theory.domain import Domain
from theory.forms.log_depth import LogDepthForm, log_depth_form
from theory.network import Network
from verify.cli.exhaust import exhaust
from verify.cli.transform import FORMS


def global_log_depth(network: Network, domain: Domain) -> LogDepthForm:
    """The log-depth form by one maximum per output (T07, T08, T10)."""
    return log_depth_form(network, domain, "global")


GLOBAL = "benchmarks.sweeps:global_log_depth"
DOMAINS = ("all", "box:-1,1")
QUICK_FORMS = ("two-hidden", "one-hidden", GLOBAL)
# shape -> (values of biases, whether one network of every class is enough, forms or all)
SHAPES: dict[str, tuple[str, bool, tuple[str, ...] | None]] = {
    "2-2-1": ("-1,0,1", False, None),
    "1-3-1": ("-1,0,1", False, None),
    "1-2-2-1": ("-1,0,1", True, QUICK_FORMS),
    "2-2-2-1": ("0", True, QUICK_FORMS),
}


def sweeps(shapes: list[str], out: Path | None, jobs: int) -> Iterator[int]:
    """The exit status of every sweep."""
    plain = [form.name for form in FORMS if not form.parameters]
    for shape in shapes:
        biases, is_reduced, forms = SHAPES[shape]
        for form in forms or (*plain, GLOBAL):
            for domain in DOMAINS:
                name = "_".join((shape, form.partition(":")[2] or form, domain.partition(":")[0]))
                print(f"\n{name}", flush=True)
                yield exhaust(
                    widths=shape,
                    weights="-1,0,1",
                    biases=biases,
                    transform=form,
                    domain=domain,
                    reduced=is_reduced,
                    jobs=jobs,
                    out=None if out is None else str(out / name),
                )


def main() -> int:
    """Sweep, and say whether every network was proved to be preserved or refused with a reason."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shapes", nargs="*", choices=[*SHAPES, []], default=[*SHAPES])
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("-o", dest="out", type=Path)
    options = parser.parse_args()
    return max(sweeps(options.shapes, options.out, options.jobs))


if __name__ == "__main__":
    raise SystemExit(main())
