"""Two Hypothesis profiles, `relucert-quick` and `relucert-thorough`, registered and not loaded.

    pytest --hypothesis-profile=relucert-thorough        for every test of a run
    pytest --relucert-profile=thorough                   for `assert_transform_preserves` alone

Registering a profile changes no test that does not ask for it. It is done when Hypothesis is
imported, by the entry point `hypothesis` of this distribution, or when this module is.
"""

import os
from typing import Literal

from hypothesis import HealthCheck, Phase, settings

Profile = Literal["quick", "thorough"]

QUICK, THOROUGH = "relucert-quick", "relucert-thorough"
VARIABLE = "RELUCERT_PROFILE"

_EXAMPLES = {QUICK: 100, THOROUGH: 2000}
_UNTIMED = (HealthCheck.too_slow, HealthCheck.data_too_large)
_PHASES = tuple(phase for phase in Phase if phase is not Phase.explain)  # explaining is slow here

_registered: dict[str, settings] = {}


def register_profiles() -> None:
    """Register both profiles with Hypothesis, once: what `quick` draws is the same every time."""
    if _registered:
        return
    for name, examples in _EXAMPLES.items():
        profile = settings(
            settings.get_profile("default"),
            deadline=None,
            derandomize=name == QUICK,
            database=None,
            max_examples=examples,
            phases=_PHASES,
            print_blob=False,
            report_multiple_bugs=False,
            suppress_health_check=_UNTIMED,
        )
        settings.register_profile(name, profile)
        _registered[name] = profile


def chosen_profile(profile: Profile | None = None) -> settings:
    """The settings of a profile.

    Args:
        profile: Its short name. If None, the one that is loaded if it is one of the two, else
            the one that the environment variable RELUCERT_PROFILE names (the pytest option
            `--relucert-profile` sets it), else `quick`.
    """
    register_profiles()
    if profile is None:
        for loaded in _registered.values():
            if settings.default == loaded:
                return loaded
    name = f"relucert-{profile or os.environ.get(VARIABLE, 'quick')}"
    return _registered.get(name, _registered[QUICK])


register_profiles()
