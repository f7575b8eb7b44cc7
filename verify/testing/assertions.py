"""For tests of transforms: assert that two models, or a model and what is made of it, are equal.

    assert_equivalent(model, pruned, "box:-1,1")
    assert_transform_preserves(prune, domain="box:0,1")

Equality is proved, on the whole domain, and the certificate checked; a failure shows the
network, an exact point where the outputs differ, both outputs, and one line of Python that
reproduces it.
"""

from collections.abc import Callable

from hypothesis import given, reject, settings
from hypothesis import strategies as st

from theory.domain import Box, Domain, Polytope, Space
from theory.errors import ScopeError
from theory.network import Network
from verify.claim import Claim, NamedNetwork
from verify.formats.domain_file import read_domain
from verify.formats.model import exact_network
from verify.prove.strategy import prove
from verify.relation import read_relation
from verify.testing import failure
from verify.testing.failure import EquivalenceError
from verify.testing.profiles import Profile, chosen_profile
from verify.testing.strategies import SIZES
from verify.testing.strategies import networks as any_networks
from verify.testing.transformation import Transformation
from verify.verdict import Different, Equivalent, Unknown, Verdict

DomainLike = Domain | str
Domains = DomainLike | Callable[[Network], st.SearchStrategy[Domain]]
Refusals = tuple[type[Exception], ...]


def assert_equivalent(
    left: object,
    right: object,
    domain: DomainLike,
    relation: str = "exact",
    *,
    timeout: float | None = None,
    allow_unknown: bool = False,
) -> Verdict:
    """The verdict that two models are related on a domain; any other outcome is an error.

    Args:
        left: A model that `verify.formats.model.exact_network` reads.
        right: Another one.
        domain: A domain, or its text: `box:-1,1`, `all`.
        relation: As `relucert prove --relation` takes it.
        timeout: Seconds of search at most.
        allow_unknown: Whether a verdict Unknown passes.

    Raises:
        EquivalenceError: the models differ, or nothing was established; it is an AssertionError.
        InputError: a model or the domain cannot be read.
        TheoryError: the models have different numbers of inputs or outputs.
    """
    __tracebackhide__ = True
    sides = exact_network(left, "left"), exact_network(right, "right")
    where = _read(domain, sides[0])
    verdict = _verdict(*sides, where, relation, timeout)
    if _is_good(verdict, allow_unknown):
        return verdict
    shown = (failure.model_expression(left, "left"), failure.model_expression(right, "right"))
    raise EquivalenceError(failure.of_pair(sides, shown, where, relation, verdict), verdict)


def assert_preserved(
    transform: Callable[..., object],
    network: object,
    domain: DomainLike,
    relation: str = "exact",
    *,
    timeout: float | None = None,
    allow_unknown: bool = False,
) -> Verdict:
    """The verdict that a transform preserves one network; any other outcome is an error.

    Args:
        transform: A function of a network, or of a network and a domain, that returns a model.
        network: A model that is given to it as an exact network.
        domain: A domain, or its text.
        relation: What is to hold between the network and what the transform makes of it.
        timeout: Seconds of search at most.
        allow_unknown: Whether a verdict Unknown passes.

    Raises:
        EquivalenceError: it does not, or nothing was established, or the transform failed.
        InputError: the network or the domain cannot be read.
    """
    __tracebackhide__ = True
    before = exact_network(network, "network")
    case = failure.Case(Transformation.of(transform), before, _read(domain, before), relation)
    return _preserved(case, (), timeout, allow_unknown)


def assert_transform_preserves(
    transform: Callable[..., object],
    *,
    domain: Domains = "box:-1,1",
    networks: st.SearchStrategy[Network] | None = None,
    relation: str = "exact",
    refusals: Refusals = (ScopeError,),
    profile: Profile | None = None,
    timeout: float | None = None,
    allow_unknown: bool = False,
) -> None:
    """Every drawn network and what the transform makes of it are proved to be related.

    Args:
        transform: A function of a network, or of a network and a domain, that returns a model.
        domain: A domain, its text, or a function from a network to a strategy of domains.
        networks: What is drawn; `verify.testing.strategies.networks()` if None.
        relation: What is to hold between a network and what the transform makes of it.
        refusals: The errors by which the transform says that it does not cover a network.
        profile: `quick` or `thorough`; see `verify.testing.profiles.chosen_profile`.
        timeout: Seconds of search at most, for one network.
        allow_unknown: Whether a verdict Unknown passes.

    Raises:
        EquivalenceError: for the smallest network found that is not preserved.
        InputError: the domain cannot be read.
    """
    __tracebackhide__ = True
    made = Transformation.of(transform)

    @settings(chosen_profile(profile))
    @given(_cases(made, domain, networks, relation))
    def preserved(case: failure.Case) -> None:
        try:
            _preserved(case, refusals, timeout, allow_unknown)
        except refusals:
            reject()

    try:
        preserved()
    except EquivalenceError as found:
        # Hypothesis adds the network's long repr to an error that passes through it.
        raise EquivalenceError(str(found), found.verdict) from found.__cause__


@st.composite
def _cases(
    draw: st.DrawFn,
    transform: Transformation,
    domain: Domains,
    networks: st.SearchStrategy[Network] | None,
    relation: str,
) -> failure.Case:
    if networks is None:
        inputs = domain.inputs if isinstance(domain, Box | Polytope | Space) else SIZES
        networks = any_networks(inputs)
    network = draw(networks)
    where = draw(domain(network)) if callable(domain) else _read(domain, network)
    return failure.Case(transform, network, where, relation)


def _preserved(
    case: failure.Case, refusals: Refusals, timeout: float | None, allow_unknown: bool
) -> Verdict:
    """The verdict on a case, if it is good; refusals of the transform are passed on."""
    __tracebackhide__ = True
    try:
        after = case.transform(case.network, case.domain)
        verdict = _verdict(case.network, after, case.domain, case.relation, timeout)
    except refusals:
        raise
    except Exception as error:  # whatever a transform raises is a failure of the transform
        raise EquivalenceError(failure.of_error(case, error), None) from error
    if _is_good(verdict, allow_unknown):
        return verdict
    raise EquivalenceError(failure.of_transform(case, after, verdict), verdict)


def _is_good(verdict: Verdict, allow_unknown: bool) -> bool:
    match verdict:
        case Equivalent():
            return True
        case Different():
            return False
        case Unknown():
            return allow_unknown


def _read(domain: DomainLike, network: Network) -> Domain:
    return read_domain(domain, network.inputs) if isinstance(domain, str) else domain


def _verdict(
    left: Network, right: Network, domain: Domain, relation: str, timeout: float | None
) -> Verdict:
    sides = NamedNetwork.of("left", left), NamedNetwork.of("right", right)
    return prove(Claim(*sides, domain, read_relation(relation).text), timeout=timeout)
