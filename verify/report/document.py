"""A report as a TeX source: what the templates are given, and nothing that they could not print.

The status decides the words: `Theorem` and `proved` stand in a report only where the checker has
accepted the certificate while the report was written.
"""

import platform
from dataclasses import dataclass
from itertools import chain

from theory.errors import TheoryError
from theory.network import Network
from theory.symbolic import as_expression, coordinates, latex_of, tree_size
from verify.claim import NamedNetwork
from verify.float_bound import FloatCheck
from verify.kink_certificate import CHECKER
from verify.relation import read_relation
from verify.report.case_tree import KINDS, tree_of_certificate
from verify.report.domain_view import domain_view
from verify.report.endings import endings_told
from verify.report.evidence import Evidence
from verify.report.judgement import Judgement, Status
from verify.report.leaf_table import cut_rows, histogram, leaf_rows, split_forms
from verify.report.pages.shared_weights import SharedWeights
from verify.report.picture import Picture, picture_of, regions_picture
from verify.report.quoted_calculus import KINKS
from verify.report.region_table import RegionRow, few_regions, most_first_cells, region_rows
from verify.report.relation_view import relation_view
from verify.report.template import rendered
from verify.report.theorems import named_theorem, theorems_behind, theorems_of_the_calculus
from verify.report.violation import Violation, violation_of
from verify.report.weight_table import WeightTable, weight_tables

_LONGEST_FORMULA = 16  # terms
_LONGEST_NUMBER = 12  # bits
_MOST_FIRST_CELLS = 20_000


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a long list is printed; the rest is in the files.

    Attributes:
        leaves: Leaves of the case tree.
        rows: Units of a layer.
        regions: Linear regions with their affine maps.
        cells: Cells of the picture.
    """

    leaves: int = 100
    rows: int = 16
    regions: int = 60
    cells: int = 3000


@dataclass(frozen=True, slots=True)
class NetworkView:
    """A network as it is printed."""

    symbol: str
    name: str
    file: str
    sha256: str
    is_bound: bool
    network: Network
    bits: int
    formulas: tuple[str, ...]
    tables: tuple[WeightTable, ...]


def report_source(
    evidence: Evidence,
    judgement: Judgement,
    limits: Limits,
    floats: FloatCheck | None = None,
    weights: SharedWeights | None = None,
) -> str:
    """The TeX source of a report; with what the checkers of float32 bounds and weights said."""
    claim, run = evidence.claim, evidence.run
    has_kinks = judgement.check is not None and judgement.check.name == CHECKER.name
    tree, tree_error = (None, "") if has_kinks else tree_of_certificate(evidence.certificate)
    picture, regions = _regions(evidence, judgement, limits)
    return rendered(
        "report.tex.jinja",
        status=judgement.status.value,
        reasons=judgement.reasons,
        check=judgement.check,
        python=f"{platform.python_implementation()} {platform.python_version()}",
        claim=claim,
        claim_sha256=evidence.claim_sha256,
        domain=domain_view(claim.domain),
        relation=relation_view(read_relation(claim.relation), claim.left.network.outputs),
        networks=(
            _network_view("f", claim.left, evidence, 0, limits),
            _network_view("g", claim.right, evidence, 1, limits),
        ),
        counterexample=evidence.counterexample.point if evidence.counterexample else (),
        violation=_violation(evidence, judgement.status, limits.rows),
        run=run,
        floats=floats,
        weights=weights,
        theorem=named_theorem(run.theorem),
        behind=theorems_behind(run.theorem),
        calculus=(KINKS,) if has_kinks else theorems_of_the_calculus(tree),
        has_kinks=has_kinks,
        tree=tree,
        tree_error=tree_error,
        kinds=[(name, KINDS[name], count) for name, count in tree.kinds if count] if tree else (),
        endings=endings_told(tree) if tree else "",
        bars=histogram(tree.depths) if tree else (),
        certificate_bytes=len(evidence.certificate or b""),
        leaves=leaf_rows(tree, limits.leaves) if tree else (),
        forms=split_forms(tree, limits.leaves) if tree else (),
        cuts=cut_rows(tree, limits.leaves) if tree else (),
        regions=regions,
        picture=picture,
        limits=limits,
    )


def _network_view(
    symbol: str, named: NamedNetwork, evidence: Evidence, side: int, limits: Limits
) -> NetworkView:
    network = named.network
    return NetworkView(
        symbol,
        named.name,
        evidence.files[side],
        named.sha256,
        evidence.stated[side] == named.sha256,
        network,
        _bits(network),
        _formulas(network),
        weight_tables(network, limits.rows),
    )


def _formulas(network: Network) -> tuple[str, ...]:
    """The outputs in closed form, in math mode, if the network is very small."""
    if tree_size(network) > _LONGEST_FORMULA or _bits(network) > _LONGEST_NUMBER:
        return ()
    expressions = as_expression(network, coordinates(network.inputs))
    return tuple(latex_of(expression) for expression in expressions)


def _bits(network: Network) -> int:
    """The length of the longest numerator or denominator, in bits."""
    numbers = chain.from_iterable(
        chain(layer.bias, (weight for row in layer.rows for _, weight in row))
        for layer in network.layers
    )
    lengths = (max(x.numerator.bit_length(), x.denominator.bit_length()) for x in numbers)
    return max(lengths, default=1)


def _violation(evidence: Evidence, status: Status, most: int) -> Violation | None:
    """How the relation fails at a confirmed counterexample."""
    found = evidence.counterexample
    if found is None or status is not Status.REFUTED:
        return None
    return violation_of(read_relation(evidence.claim.relation), found.left, found.right, most)


def _regions(
    evidence: Evidence, judgement: Judgement, limits: Limits
) -> tuple[Picture | None, tuple[RegionRow, ...]]:
    """The picture of the left network's regions and, if they are few, their affine maps."""
    network, domain = evidence.claim.left.network, evidence.claim.domain
    refuted = judgement.status is Status.REFUTED
    mark = evidence.counterexample.point if refuted and evidence.counterexample else None
    few = few_regions(network, domain, limits.regions)
    picture: Picture | None = None
    if network.inputs == 2 and most_first_cells(network) <= _MOST_FIRST_CELLS:
        try:
            if few is not None and not getattr(domain, "fixed", ()):
                picture = picture_of(few, domain, mark)
            else:
                picture = regions_picture(network, domain, mark, limits.cells)
        except TheoryError:
            picture = None
    return picture, region_rows(few, domain) if few else ()
