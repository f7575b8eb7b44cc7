"""The pytest plugin: one option, which says how thoroughly transforms are tested.

It imports nothing of this project or of Hypothesis, so test runs that have nothing to do with
networks are as quick as before.
"""

import os

import pytest

_OPTION, _VARIABLE = "--relucert-profile", "RELUCERT_PROFILE"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--relucert-profile`."""
    parser.getgroup("relucert").addoption(
        _OPTION,
        choices=("quick", "thorough"),
        default=None,
        help="How many networks assert_transform_preserves draws: quick (100, always the same; "
        f"the default) or thorough (2000 new ones). Also by the variable {_VARIABLE}.",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Hand the option on, to worker processes too."""
    chosen = config.getoption(_OPTION)
    if chosen is not None:
        os.environ[_VARIABLE] = chosen


def pytest_report_header(config: pytest.Config) -> str | None:
    """Say which profile was asked for."""
    chosen = config.getoption(_OPTION)
    return None if chosen is None else f"relucert profile: {chosen}"
