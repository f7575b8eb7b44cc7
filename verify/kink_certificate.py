"""Evidence of another kind: convex cells, from which `verify.kink_checker` sees equality.

`notes/T35-kink-certificate.md` says what the checker makes of them, and why that is a proof.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from theory.cone import Cone
from theory.errors import ScopeError
from theory.form import Form
from verify import kink_checker
from verify.certificate import Certificate
from verify.claim import VERSION, Claim, json_bytes

FORMAT = "relucert-kink-certificate"
CHECKER = Path(kink_checker.__file__)
Numbers = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class CellList:
    """Convex cells that fit together facet to facet.

    Attributes:
        vertices: Homogeneous points, primitive with x_0 > 0.
        facets: Each by the numbers of its vertices.
        cells: Each by the numbers of its facets.
    """

    vertices: tuple[Form, ...]
    facets: tuple[Numbers, ...]
    cells: tuple[Numbers, ...]

    @staticmethod
    def of(cones: Iterable[Cone]) -> "CellList":
        """The cells that cones stand for.

        Raises:
            ScopeError: one of them is unbounded.
        """
        vertices: dict[Form, int] = {}
        facets: dict[Numbers, int] = {}
        cells = []
        for cone in cones:
            if not cone.is_bounded:
                raise ScopeError("kinks: the domain is not bounded")
            names = [vertices.setdefault(point, len(vertices)) for point in cone.generators]
            cell = []
            for index in range(len(cone.facets)):
                pairs = zip(names, cone.incidence, strict=True)
                members = tuple(sorted([name for name, mask in pairs if mask >> index & 1]))
                cell.append(facets.setdefault(members, len(facets)))
            cells.append(tuple(cell))
        return CellList(tuple(vertices), tuple(facets), tuple(cells))

    def times_interval(self) -> "CellList":
        """The cells times the interval from 0 to 1 of one more coordinate."""
        vertices = [(*point, end) for point in self.vertices for end in (0, point[0])]
        facets = [tuple(2 * name + end for name in f for end in (0, 1)) for f in self.facets]
        cells = []
        for cell in self.cells:
            names = sorted({name for facet in cell for name in self.facets[facet]})
            cells.append((*cell, len(facets), len(facets) + 1))
            facets += [tuple(2 * name + end for name in names) for end in (0, 1)]
        return CellList(tuple(vertices), tuple(facets), tuple(cells))

    def in_space(self) -> "CellList":
        """The cells with as many coordinates as the checker wants: three."""
        found = self
        while len(found.vertices[0]) < 4:
            found = found.times_interval()
        return found


@dataclass(frozen=True, slots=True)
class KinkCertificate(Certificate):
    """Cells that show that two networks are equal on a bounded domain; there are no steps.

    Attributes:
        by_cells: The sides that are affine on every cell; the others are read unit by unit.
        content: The bytes of certificate.json.
        sizes: What the checker counted, by name; empty before it has accepted.
    """

    by_cells: tuple[str, ...]
    content: bytes
    sizes: tuple[tuple[str, int], ...] = ()

    @staticmethod
    def listing(claim: Claim, by_cells: tuple[str, ...], listed: CellList) -> "KinkCertificate":
        """The certificate, bound to the claim: a line for the head, then one for each entry.

        Raises:
            ScopeError: a coordinate has more digits than are read.
        """
        digest = hashlib.sha256(claim.data).hexdigest()
        head = {
            "by_cells": list(by_cells),
            "cells": len(listed.cells),
            "claim": digest,
            "facets": len(listed.facets),
            "format": FORMAT,
            "version": VERSION,
            "vertices": len(listed.vertices),
        }
        lists = (*listed.vertices, *listed.facets, *listed.cells)
        try:
            lines = b"".join(b"[%s]\n" % ",".join(map(str, one)).encode("ascii") for one in lists)
        except ValueError:  # longer than Python writes
            raise ScopeError("kinks: a vertex has coordinates of thousands of digits") from None
        return KinkCertificate(digest, (), by_cells, json_bytes(head) + lines)

    @property
    def data(self) -> bytes:
        """The bytes of certificate.json."""
        return self.content


def is_kink_certificate(path: Path) -> bool:
    """Whether the first line of a file says that `verify.kink_checker` is the one to ask."""
    try:
        with path.open("rb") as stream:
            return f'"format":"{FORMAT}"'.encode("ascii") in stream.readline(4096)
    except OSError:
        return False


def accepted(claim: Claim, certificate: KinkCertificate) -> KinkCertificate:
    """The certificate with what `verify.kink_checker` counted in the bytes that will be written.

    Raises:
        verify.checker.RejectedError: the certificate does not prove the claim.
        verify.checker.MalformedError: it is not a certificate at all.
    """
    files = {**claim.network_files, "claim": claim.data, "certificate": certificate.data}
    read = kink_checker.check(lambda name: files[name].splitlines(True), "claim", "certificate")
    return replace(certificate, sizes=tuple(read.items()))
