"""Any ReLU network with n inputs as one with at most ceil(log3((n + 1) / 2)) + 1 hidden layers.

It is the log-depth form (T09) with blocks in place of max trees (T19): up to five inputs two
hidden layers, up to seventeen three. Blocks are wider than trees, so that the form of smaller
depth need not be the one with fewer units; `smaller_depth_form` builds both.
"""

from theory.arity import Reduction
from theory.domain import Domain
from theory.errors import ScopeError
from theory.forms.log_depth import LogDepthForm, Route, log_depth_form
from theory.maxima import BLOCKS
from theory.network import Network


def log3_depth_form(
    network: Network,
    domain: Domain,
    route: Route = "local",
    reduction: Reduction = "smaller",
) -> LogDepthForm:
    """A network with at most ceil(log3((n + 1) / 2)) + 1 hidden layers, equal on the domain.

    Theorem: T19 (recursion). With the constant for five instead of six numbers: E. Bakaev, F.
    Brunck, C. Hertrich, J. Stade, A. Yehudayoff 2025, arXiv 2505.14338.

    Args:
        network: Any ReLU network Q^n -> Q^m.
        domain: A box, a polytope with interior, or all of R^n.
        route: As for `theory.forms.log_depth.log_depth_form`.
        reduction: As there.

    Raises:
        ShapeError: network and domain have different numbers of inputs.
        DomainError: the domain is a polytope without interior.
        ScopeError: the network is too large for the route, or too deep for "unchanged".
    """
    return log_depth_form(network, domain, route, BLOCKS, reduction)


def smaller_depth_form(
    network: Network,
    domain: Domain,
    route: Route = "local",
    reduction: Reduction = "smaller",
) -> LogDepthForm:
    """The form by trees or the form by blocks, whichever has fewer units; ties go to trees.

    Blocks are tried only where they promise fewer layers than the trees took. The trace says by
    its theorem which form was taken.

    Theorem: T09 (log-depth form), T19 (recursion). Both have at most ceil(log2(n + 1)) hidden
    layers.

    Raises:
        ShapeError: network and domain have different numbers of inputs.
        DomainError: the domain is a polytope without interior.
        ScopeError: the network is too large for the route, or too deep for "unchanged".
    """
    trees = log_depth_form(network, domain, route, reduction=reduction)
    if BLOCKS.layers(network.inputs + 1) >= trees.network.hidden_layers:
        return trees
    try:
        blocks = log_depth_form(network, domain, route, BLOCKS, reduction)
    except ScopeError:
        return trees
    return min(trees, blocks, key=lambda form: form.network.units)
