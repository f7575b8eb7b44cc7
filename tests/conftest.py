"""What all tests share: Hypothesis profiles and the folder of networks from public sources.

Profiles are chosen by the environment variable RELUCERT_PROFILE: `quick` (the default) draws
the same examples in every run, `thorough` draws many new ones, `unshrunk` draws those of `quick`
and leaves a failing one as it is (for benchmarks.mutation). No test has a deadline.
"""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the command line has it

_UNTIMED = (HealthCheck.too_slow, HealthCheck.data_too_large)

settings.register_profile(
    "quick", deadline=None, derandomize=True, max_examples=60, suppress_health_check=_UNTIMED
)
settings.register_profile(
    "thorough", deadline=None, max_examples=1000, suppress_health_check=_UNTIMED
)
settings.register_profile(
    "unshrunk",
    settings.get_profile("quick"),
    database=None,
    phases=(Phase.explicit, Phase.generate),
)
settings.load_profile(os.environ.get("RELUCERT_PROFILE", "quick"))

_BESIDE = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of networks from public sources, which is no part of the project.

    It is looked for in ../shared/data beside the checkout, or where RELUCERT_DATA says.
    """
    folder = Path(os.environ.get("RELUCERT_DATA", _BESIDE))
    if not folder.is_dir():
        pytest.skip(f"no folder of public networks at {folder}; set RELUCERT_DATA to have one")
    return folder
