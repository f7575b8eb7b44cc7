"""Which tests speak for which module, and which mutants of a module are tried.

The choice depends on a module's own text alone: of every kind of mistake those whose keys have
the least SHA-256. So it is the same on every machine, and an edit of one function leaves the
mutants of the others as they are.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.mutation.operators import OPERATORS, Mutant, mutants

ROOT = Path(__file__).resolve().parents[2]

GERMS = ("test_two_hidden", "test_log_depth")
SUITE: dict[str, tuple[str, ...]] = {
    "theory/network.py": ("test_network",),
    "theory/form.py": ("test_form",),
    "theory/symmetry.py": ("test_symmetry",),
    "theory/restriction.py": ("test_region", *GERMS),
    "theory/quotient.py": ("test_region", *GERMS),
    "theory/unit.py": ("test_unit",),
    "theory/assembly.py": ("test_unit", "test_first_layer"),
    "theory/first_layer.py": ("test_first_layer",),
    "theory/settling.py": ("test_settling", "test_two_hidden"),
    "theory/germ.py": GERMS,
    "theory/germ_chart.py": ("test_germ_chart", *GERMS),
    "theory/germ_fan.py": ("test_two_hidden",),
    "theory/germ_nested.py": ("test_two_hidden",),
    "theory/germ_reduction.py": (*GERMS, "test_two_hidden_blocks"),
    "theory/germ_sum.py": GERMS,
    "theory/arity.py": ("test_arity", "test_reduction_routes", "test_log_depth"),
    "theory/convex.py": ("test_convex",),
    "theory/depth.py": ("test_log_depth", "test_convex"),
    "theory/triangulation.py": ("test_arity",),
    "theory/maxima.py": (
        "test_max_blocks",
        "test_reduction_routes",
        "test_two_hidden_blocks",
        "test_log3_depth",
    ),
    "theory/membership.py": ("test_membership",),
    "theory/order_cells.py": ("test_lattice",),
    "theory/half_open.py": ("test_three_hidden",),
    "theory/sawtooth.py": ("test_sawtooth",),
    "theory/forms/two_hidden.py": ("test_two_hidden",),
    "theory/forms/log_depth.py": ("test_log_depth",),
    "theory/forms/log3_depth.py": ("test_log3_depth",),
    "theory/forms/max_tree.py": ("test_max_tree",),
    "theory/forms/maximum.py": ("test_maximum_form",),
    "theory/forms/max_blocks.py": ("test_max_blocks",),
    "theory/forms/max_chambers.py": ("test_max_chambers",),
    "theory/forms/max_recursion.py": ("test_max_blocks",),
    "theory/forms/lattice.py": ("test_lattice",),
    "theory/forms/one_hidden.py": ("test_membership",),
    "theory/forms/three_hidden.py": ("test_three_hidden",),
    "theory/forms/grid_inputs.py": ("test_three_hidden",),
    "theory/forms/global_linear.py": ("test_global_linear",),
}
for _path in sorted((ROOT / "theory" / "forms").glob("*.py")):
    if (ROOT / "tests" / f"test_{_path.name}").is_file():  # a form whose tests have its name
        SUITE.setdefault(f"theory/forms/{_path.name}", (f"test_{_path.stem}",))


@dataclass(frozen=True, slots=True)
class Trial:
    """A mutant of a module, and the tests that are to notice it."""

    module: str
    mutant: Mutant
    tests: tuple[str, ...]

    @property
    def key(self) -> str:
        """What the mutant is known by."""
        return f"{self.module} | {self.mutant.key}"


def trials(modules: list[str], each: int, root: Path = ROOT) -> Iterator[Trial]:
    """The mutants that are tried: at most `each` of every kind of mistake in every module."""
    for module in modules:
        found = list(mutants((root / module).read_text(encoding="utf-8")))
        chosen = []
        for operator in OPERATORS:
            kind = [one for one in found if one.operator == operator]
            chosen += sorted(kind, key=lambda one: _rank(module, one))[:each]
        tests = tuple(f"tests/{name}.py" for name in SUITE[module])
        for mutant in sorted(chosen, key=lambda one: one.line):
            yield Trial(module, mutant, tests)


def _rank(module: str, mutant: Mutant) -> str:
    return hashlib.sha256(f"{module}{mutant.key}".encode()).hexdigest()
