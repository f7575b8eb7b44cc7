"""The pytest plugin and the Hypothesis profiles: there for who asks, invisible to others."""

import os
import subprocess
import sys
import tomllib
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path

import pytest
from hypothesis import settings

from verify.testing.profiles import QUICK, THOROUGH, chosen_profile

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

OTHERS = """
import sys
from hypothesis import given, settings, strategies as st

def test_settings_are_those_of_hypothesis():
    import verify.testing.profiles
    default = settings.get_profile("default")
    assert settings.default == default
    assert settings.default.max_examples == default.max_examples == 100
    assert settings.default.deadline == default.deadline

@given(st.integers())
def test_of_somebody_else(number):
    assert settings.default.deadline is not None
"""
MINE = """
from verify.testing.assertions import assert_transform_preserves
from verify.testing.strategies import networks

drawn = []

def counted(network):
    drawn.append(network)
    return network

def test_transform():
    assert_transform_preserves(counted, networks=networks(1, (), 1))
    assert len(drawn) == 2000
"""


INSTALLED = bool(entry_points(group="pytest11", name="relucert"))
LOADED = {} if INSTALLED else {"PYTEST_PLUGINS": "verify.testing.plugin"}


def run_pytest(folder: Path, *options: str) -> str:
    """What pytest says of a folder of tests, the plugin loaded; all of them pass."""
    plain = {key: value for key, value in os.environ.items() if key != "RELUCERT_PROFILE"}
    plain = {key: value for key, value in plain.items() if key != "CI"}  # a profile of its own
    found = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *options, str(folder)],
        cwd=folder,
        env={**plain, **LOADED, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stdout + found.stderr
    return found.stdout


def test_tests_of_others_are_not_disturbed(tmp_path: Path) -> None:
    (tmp_path / "test_others.py").write_text(OTHERS, encoding="utf-8")
    out = run_pytest(tmp_path, "-W", "error")
    assert "2 passed" in out
    assert "relucert profile" not in out


def test_the_plugin_imports_neither_hypothesis_nor_the_prover() -> None:
    call = (
        "import sys, verify.testing.plugin; "
        "sys.exit(bool({'hypothesis', 'theory.network', 'verify.claim'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", call], cwd=ROOT, check=False).returncode == 0


def test_the_option_chooses_how_many_networks_are_drawn(tmp_path: Path) -> None:
    mine = tmp_path / "test_mine.py"
    mine.write_text(MINE, encoding="utf-8")
    out = run_pytest(tmp_path, "--relucert-profile=thorough")
    assert "relucert profile: thorough" in out
    assert "1 passed" in out


def test_profiles_are_registered_and_not_loaded() -> None:
    assert settings.default not in (settings.get_profile(QUICK), settings.get_profile(THOROUGH))
    assert settings.get_profile(QUICK).derandomize
    assert chosen_profile("thorough").max_examples > chosen_profile("quick").max_examples
    assert chosen_profile("thorough").deadline is None


def test_a_loaded_profile_is_taken() -> None:
    before = settings.get_current_profile_name()
    try:
        settings.load_profile(THOROUGH)
        assert chosen_profile() == settings.get_profile(THOROUGH)
        assert chosen_profile("quick") == settings.get_profile(QUICK)
    finally:
        settings.load_profile(before)


@pytest.mark.parametrize("group", ["pytest11", "hypothesis"])
def test_entry_points_name_what_exists(group: str) -> None:
    for target in PROJECT["entry-points"][group].values():
        module, _, name = target.partition(":")
        assert not name or callable(getattr(import_module(module), name))
