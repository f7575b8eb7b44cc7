"""The memory of a neural Turing machine with one-hot gates is a random-access memory."""

import json
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from theory.errors import ScopeError, ShapeError
from theory.network import ZERO
from theory.recurrence.neural_memory import Head, access_network, address, one_hot
from verify.cli import main
from verify.prove.architectures.neural_memory import (
    access_claims,
    addressing_claims,
    memory_claim,
)
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


@given(st.integers(1, 4), st.integers(1, 3), st.data())
def test_T47_all_of_it_is_one_claim(cells: int, sharpening: int, data: st.DataObject) -> None:
    claim = memory_claim(cells, sharpening)
    numbers_of = st.lists(numbers, min_size=cells, max_size=cells)
    content, memory, value = data.draw(numbers_of), data.draw(numbers_of), data.draw(numbers)
    outputs = claim.left.network((*content, *memory, value))
    expected: list[Fraction] = []
    for cell in range(cells):
        for move in (-1, 0, 1):
            expected += one_hot((cell + move) % cells, cells)
    for cell in range(cells):
        for place in ((cell + move) % cells for move in (-1, 0, 1)):
            for erase in (0, 1):
                after = list(memory)
                after[place] = value + (0 if erase else memory[place])
                expected += [*after, memory[place]]
    assert list(outputs) == expected


def test_the_command_writes_an_ordinary_claim(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["memory", "--cells", "3", "--sharpening", "2", "-o", str(tmp_path), "-q"]) == 0
    assert main(["check", str(tmp_path)]) == 0
    capsys.readouterr()
    changed = json.loads((tmp_path / "claim.json").read_text(encoding="utf-8"))
    changed["right"]["sha256"] = "0" * 64
    (tmp_path / "claim.json").write_text(json.dumps(changed), encoding="utf-8")
    assert main(["check", str(tmp_path), "-q"]) != 0


@pytest.mark.parametrize(
    "words", [["--cells", "0"], ["--cells", "1000"], ["--sharpening", "0"], ["--sharpening", "-2"]]
)
def test_the_command_refuses_in_one_line(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["memory", *words]) == 3
    out, err = capsys.readouterr()
    assert (out, err.count("\n"), words[0] in err) == ("", 1, True)


def test_what_is_refused() -> None:
    with pytest.raises(ScopeError):
        head(0, 0)
    with pytest.raises(ScopeError):
        address(Head(ZERO, (ZERO, ZERO, ZERO)), one_hot(0, 3), (ZERO,) * 3)
    with pytest.raises(ShapeError):
        address(head(0), one_hot(0, 3), (ZERO,) * 2)
