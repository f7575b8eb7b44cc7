"""The memory of a neural Turing machine with one-hot gates is a random-access memory."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from theory.errors import ScopeError, ShapeError
from theory.network import ZERO
from theory.neural_memory import Head, access_network, address, one_hot
from verify.prove.architectures.neural_memory import access_claims, addressing_claims
from verify.prove.strategy import prove
from verify.verdict import Different, Equivalent

numbers = st.fractions(-3, 3, max_denominator=4)
SHIFTS = {-1: (1, 0, 0), 0: (0, 1, 0), 1: (0, 0, 1)}


def head(move: int, sharpening: int = 1, erase: int = 0, gate: Fraction = ZERO) -> Head:
    low, same, high = map(Fraction, SHIFTS[move])
    return Head(gate, (low, same, high), sharpening, Fraction(erase))


@given(
    st.integers(1, 6).flatmap(lambda n: st.tuples(st.lists(numbers, min_size=n, max_size=n))),
    st.data(),
)
def test_T47_one_hot_gates_make_a_ram(drawn: tuple[list[Fraction]], data: st.DataObject) -> None:
    (memory,) = drawn
    cells = len(memory)
    cell, move = data.draw(st.integers(0, cells - 1)), data.draw(st.sampled_from([-1, 0, 1]))
    one = head(move, data.draw(st.integers(1, 4)), data.draw(st.integers(0, 1)))
    content = [data.draw(numbers) for _ in range(cells)]
    weights = address(one, one_hot(cell, cells), content)
    place = (cell + move) % cells
    assert weights == one_hot(place, cells)
    value = data.draw(numbers)
    *after, read = access_network(weights, one.erase)((*memory, value))
    expected = list(memory)
    expected[place] = value + (0 if one.erase else memory[place])
    assert read == memory[place]
    assert after == expected


@pytest.mark.parametrize("cells", [1, 2, 4])
def test_T47_addressing_is_proved_for_every_content(cells: int) -> None:
    claims = addressing_claims(cells)
    assert len(claims) == 3 * cells
    assert all(isinstance(prove(claim), Equivalent) for claim in claims.values())


@pytest.mark.parametrize("sharpening", [1, 3])
def test_T47_reading_and_writing_are_proved_for_every_memory(sharpening: int) -> None:
    claims = access_claims(4, sharpening)
    assert len(claims) == 24
    assert all(isinstance(prove(claim), Equivalent) for claim in claims.values())


def test_T47_a_gate_that_is_not_closed_is_refuted() -> None:
    content = one_hot(2, 4)
    open_gate = head(0, gate=Fraction(1, 100))
    assert address(open_gate, one_hot(1, 4), content) != one_hot(1, 4)
    weights = address(open_gate, one_hot(1, 4), content)
    exact = access_network(one_hot(1, 4), ZERO)
    from theory.domain import Space
    from verify.claim import Claim, NamedNetwork

    sides = (
        NamedNetwork.of("soft", access_network(weights, ZERO)),
        NamedNetwork.of("hard", exact),
    )
    assert isinstance(prove(Claim(*sides, Space(5))), Different)


def test_T47_a_soft_shift_spreads_the_address() -> None:
    soft = Head(ZERO, (Fraction(1, 4), Fraction(1, 2), Fraction(1, 4)))
    spread = (Fraction(1, 4), Fraction(1, 2), Fraction(1, 4), ZERO)
    assert address(soft, one_hot(1, 4), (ZERO,) * 4) == spread
    sharp = Head(ZERO, soft.shift, 2)
    assert address(sharp, one_hot(1, 4), (ZERO,) * 4)[1] == Fraction(2, 3)


def test_what_is_refused() -> None:
    with pytest.raises(ScopeError):
        head(0, 0)
    with pytest.raises(ScopeError):
        address(Head(ZERO, (ZERO, ZERO, ZERO)), one_hot(0, 3), (ZERO,) * 3)
    with pytest.raises(ShapeError):
        address(head(0), one_hot(0, 3), (ZERO,) * 2)
