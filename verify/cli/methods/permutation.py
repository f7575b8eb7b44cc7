"""relucert approximate permutation: output weights that are a permutation of ±b_i (T61, T62)."""

from theory.approximation.permutation import Pairs, initial
from theory.approximation.superblock import Arrangement
from verify.approximation.curve import Curve
from verify.approximation.line import LineApproximation
from verify.approximation.pairs import MOST_POINTS, PairSearch
from verify.approximation.source import read_source
from verify.approximation.weights import LayerRule, permuted_files
from verify.cli.methods.method import Built, Request
from verify.cli.terminal import counted, decimal
from verify.errors import InputError

_VARIANTS = ("scaled", "unscaled")


def build(request: Request) -> Built:
    """The network with the fewest pairs that the construction allows, or with n of them."""
    variant = request.settings.get("variant", "scaled")
    if variant not in _VARIANTS:
        raise InputError("--set variant", f"expected {' or '.join(_VARIANTS)}, got {variant}")
    count, lines = _count(request)
    curve = Curve(read_source(request.target), *request.interval, request.epsilon)
    search = PairSearch(curve)
    if variant == "scaled":
        pairs = search.fewest_scaled() if count is None else search.scaled(count)
        lines += _told_scaled(search, pairs, count)
        bound = search.scaled_error(len(pairs.forth))
    else:
        arrangement = search.fewest_unscaled() if count is None else search.fitting(count)
        pairs, bound = search.unscaled(arrangement), search.unscaled_error(arrangement)
        lines += _told_unscaled(search, arrangement, count)
    if not search.is_within(pairs):
        raise InputError(
            "--epsilon",
            f"{len(pairs.forth)} pairs are not within it; the bound is {decimal(bound)}",
        )
    error = search.error(pairs)
    lines += [f"error at most {decimal(error)}, decided piece by piece", _weights_line(pairs)]
    network, first = pairs.network, initial(curve.low, curve.high, len(pairs.forth)).network
    rules = (LayerRule(), LayerRule(True, variant == "scaled", pairs.scale))
    facts = {
        "bound": str(bound),
        "error": str(error),
        "pairs of units": len(pairs.forth),
        "scale": str(pairs.scale),
        "variant": variant,
    }
    files = permuted_files(first, network, rules)
    return Built(LineApproximation(network, curve), network, tuple(lines), facts, files)


def _count(request: Request) -> tuple[int | None, list[str]]:
    """The number of pairs that --set asks for, made a multiple of 4, and a line about that."""
    if "n" not in request.settings:
        return None, []
    asked = request.number("n", 4, 1, MOST_POINTS)
    found = -(-asked // 4) * 4
    told = [] if found == asked else [f"n = {found}, the next multiple of 4 after {asked}"]
    return found, told


def _told_scaled(search: PairSearch, pairs: Pairs, count: int | None) -> list[str]:
    points = len(pairs.forth)
    bound = decimal(search.scaled_error(points))
    lines = [f"T61: n = {points} pairs, K = {decimal(search.rise)}, bound 6K/(n - 1) = {bound}"]
    if count is None:
        promised = search.enough_points
        lines.append(
            f"every smaller multiple of 4 is too far; by the bound alone n = {promised} is enough"
        )
    return [*lines, *_gap_line(search, 4)]


def _told_unscaled(search: PairSearch, found: Arrangement, count: int | None) -> list[str]:
    bound = decimal(search.unscaled_error(found))
    superblocks = counted(found.count, "superblock", "superblocks")
    blocks = counted(found.width, "block", "blocks")
    lines = [
        f"T62: n = {found.points} pairs in {superblocks} of {blocks}, "
        f"K = {decimal(search.rise)}, bound 4w^2/(n - 1)^2 + 4Kw/(n - 1) = {bound}"
    ]
    if count is None:
        promised = search.enough_superblocks.points
        lines.append(f"by the formula n = {promised} is enough")
    return [*lines, *_gap_line(search, 1)]


def _gap_line(search: PairSearch, times: int) -> list[str]:
    """What the bound has in it for values that are not rational."""
    share = decimal(times * search.gap)
    return [f"{share} of the bound is for values that are not exact"] if search.gap else []


def _weights_line(pairs: Pairs) -> str:
    scale = "" if pairs.scale == 1 else f", times {decimal(pairs.scale)}"
    last = len(pairs.forth) - 1
    return (
        f"output weights: i/{last} and -i/{last} for i = 0, ..., {last}, each once{scale}; "
        f"bias {decimal(pairs.offset)}"
    )
