"""A network that reads its inputs through fewer directions than it has inputs."""

from dataclasses import dataclass
from fractions import Fraction

from flint import fmpq_mat, fmpz_mat

from theory.cone import independent
from theory.form import Form, integer_layer
from theory.network import Affine, Network
from theory.region import first_hyperplanes
from theory.triangulation import pivots


@dataclass(frozen=True, slots=True)
class Quotient:
    """f = network o directions, with directions linear of rank r <= n.

    Attributes:
        network: Q^r -> Q^m.
        directions: The map Q^n -> Q^r: the first independent rows of the first layer.
    """

    network: Network
    directions: Affine

    def lifted(self, network: Network) -> Network:
        """A network of the r directions as a network of the n inputs."""
        first, *rest = network.layers
        return Network((first.after(self.directions), *rest))


def quotient(network: Network) -> Quotient:
    """The network as a function of the row space of its first layer.

    Over all of R^n the linear regions have no vertices where r < n, but those of the quotient do.
    """
    first, *rest = network.layers
    forms = first_hyperplanes(network)
    basis = [forms[index][1:] for index in independent(forms, network.inputs)]
    directions = Affine.dense(basis, (0,) * len(basis), network.inputs)
    weight = _coordinates(forms, basis, integer_layer(first)[1])
    return Quotient(Network((Affine.dense(weight, first.bias, len(basis)), *rest)), directions)


def _coordinates(
    forms: tuple[Form, ...], basis: list[tuple[int, ...]], scale: int
) -> list[list[Fraction]]:
    """For each form the rational c with gradient / scale = sum c_k basis_k."""
    if not basis:
        return [[] for _ in forms]
    columns = pivots(basis, len(basis[0]))
    square = fmpq_mat(fmpz_mat([[row[column] for column in columns] for row in basis]))
    inverse, divisor = square.inv().numer_denom()
    found = fmpz_mat([[form[column + 1] for column in columns] for form in forms]) * inverse
    return [
        [Fraction(int(found[row, column]), int(divisor) * scale) for column in range(len(basis))]
        for row in range(len(forms))
    ]
