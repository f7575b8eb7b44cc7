"""Who may import whom, and how large a file may be: the directions that design rests on."""

import ast
import re
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("theory", "verify")
CHECKER = ROOT / "verify" / "checker.py"
KINK_CHECKER = ROOT / "verify" / "kink_checker.py"
ZONOTOPE_CHECKER = ROOT / "verify" / "zonotope_checker.py"
POLYNOMIAL_CHECKER = ROOT / "verify" / "polynomial_checker.py"
TARGET_CHECKER = [
    ROOT / "verify" / f"{part}.py" for part in ("target_checker", "target_models", "radicals")
]
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))

# library -> the files or folders below the root that may import it
HOMES = {
    "sympy": ("theory/symbolic.py", "theory/kernels/expression.py"),
    "z3": (
        "verify/prove/solver/smt.py",
        "verify/prove/solver/unknown_number.py",
        "verify/prove/solver/symbolic_weights.py",
        "verify/prove/solver/vacuity.py",
        "verify/prove/architectures/shared_weight.py",
    ),
    "jinja2": ("verify/report",),
    "onnx": ("verify/formats",),
    "onnxruntime": (),
    "highspy": ("verify/prove",),
    "hypothesis": ("verify/testing",),
    "typer": ("verify/cli",),
    "rich": ("verify/cli",),
    "numpy": ("verify/prove", "verify/formats"),
    "pytest": ("verify/testing/plugin.py",),
    "sklearn": (),
    "torch": (),
    "scipy": (),
    "distributed": ("verify/prove/workers.py",),
}
NAMELESS = {"utils", "util", "helpers", "helper", "core", "manager", "common", "base", "misc"}
TOLERANCE = re.compile(r"(?<![\w.])[0-9.]+[eE]-[0-9]+|\bisclose\b|\ballclose\b|\batol\b|\brtol\b")


def name(path: Path) -> str:
    """The path below the root."""
    return path.relative_to(ROOT).as_posix()


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports, anywhere in it, with the names taken from it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{name(path)}: relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def outside_strings(path: Path) -> Iterator[str]:
    """The words of a file's code without comments and texts."""
    with path.open("rb") as source:
        for token in tokenize.tokenize(source.readline):
            if token.type in (tokenize.NAME, tokenize.NUMBER):
                yield token.string


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_every_library_stays_at_home(path: Path) -> None:
    for module in imports(path):
        homes = HOMES.get(module.split(".")[0])
        if homes is not None:
            at_home = any(name(path) == home or name(path).startswith(f"{home}/") for home in homes)
            assert at_home, f"{name(path)} imports {module}"


@pytest.mark.parametrize("path", sorted((ROOT / "theory").rglob("*.py")), ids=name)
def test_theory_knows_nothing_of_verify(path: Path) -> None:
    assert not [module for module in imports(path) if module.split(".")[0] == "verify"]


@pytest.mark.parametrize("path", sorted((ROOT / "theory").rglob("*.py")), ids=name)
def test_theory_has_no_tolerance(path: Path) -> None:
    assert not [word for word in outside_strings(path) if TOLERANCE.fullmatch(word)]


def test_a_tolerance_would_be_seen() -> None:
    assert all(TOLERANCE.fullmatch(text) for text in ("1e-9", "2.5E-07", "isclose", "allclose"))
    assert not any(TOLERANCE.fullmatch(text) for text in ("1e3", "close", "tolerance"))


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_no_module_imports_tests_or_private_names(path: Path) -> None:
    for module in imports(path):
        package, *parts = module.split(".")
        assert package not in {"tests", "benchmarks", "examples"}, f"{name(path)} imports {module}"
        if package in PACKAGES:
            assert not any(part.startswith("_") for part in parts), f"{name(path)}: {module}"


def test_the_checker_is_standard_library_only() -> None:
    packages = {module.split(".")[0] for module in imports(CHECKER)}
    assert packages <= sys.stdlib_module_names


@pytest.mark.parametrize("path", [KINK_CHECKER, ZONOTOPE_CHECKER, POLYNOMIAL_CHECKER], ids=name)
def test_further_checkers_rest_on_the_checker_alone(path: Path) -> None:
    modules = {module for module in imports(path) if module.startswith(PACKAGES)}
    assert {module.rpartition(".")[0] for module in modules} == {"verify.checker"}
    packages = {module.split(".")[0] for module in imports(path)}
    assert packages <= sys.stdlib_module_names | {"verify"}


@pytest.mark.parametrize("path", TARGET_CHECKER, ids=name)
def test_the_checker_of_targets_rests_on_its_own_files(path: Path) -> None:
    own = {f"verify.{part.stem}" for part in (CHECKER, POLYNOMIAL_CHECKER, *TARGET_CHECKER)}
    modules = {module for module in imports(path) if module.startswith(PACKAGES)}
    assert {module.rpartition(".")[0] for module in modules} <= own
    packages = {module.split(".")[0] for module in imports(path)}
    assert packages <= sys.stdlib_module_names | {"verify"}


@pytest.mark.parametrize("path", [CHECKER, KINK_CHECKER, ZONOTOPE_CHECKER], ids=name)
def test_the_checkers_have_at_most_500_lines(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 500


PULLS_IN_NOTHING = ("", "/approximation", "/formats", "/prove", "/report", "/testing")


@pytest.mark.parametrize("package", PULLS_IN_NOTHING)
def test_packages_pull_in_nothing(package: str) -> None:
    """`python -m verify.checker` and `relucert --help` import no more than they need."""
    assert not list(imports(ROOT / f"verify{package}/__init__.py"))


@pytest.mark.parametrize(
    "path", [path for path in MODULES if path not in {CHECKER, KINK_CHECKER}], ids=name
)
def test_modules_are_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_modules_are_named_by_nouns_of_the_field(path: Path) -> None:
    assert not NAMELESS & {path.stem, *path.relative_to(ROOT).parts}


def test_every_package_is_installed() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    listed = project["tool"]["setuptools"]["packages"]
    found = sorted({name(path.parent).replace("/", ".") for path in MODULES})
    assert sorted(listed) == found
