"""T39: rational bounds of logarithm, exponential and softmax; the oracle is decimal arithmetic."""

from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from theory.errors import NumberError
from theory.logarithm import Enclosure, exponential, logarithm
from verify.confidence import Confidence, decimal_below, read_confidence, softmax
from verify.errors import InputError

positive = st.one_of(
    st.fractions(Fraction(1, 1000), 1000, max_denominator=1000),
    st.sampled_from([Fraction(1), Fraction(2), Fraction(4, 3), Fraction(2, 3), Fraction(10**40)]),
    st.integers(1, 10**60).map(lambda value: Fraction(value, 10**30)),
)
DELTAS = st.fractions(Fraction(1, 2), Fraction(999, 1000), max_denominator=1000)
values = st.lists(st.fractions(-9, 9, max_denominator=64), min_size=1, max_size=4).map(tuple)


def decimal_of(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)


def holds(found: Enclosure, truth: Decimal) -> bool:
    """Whether the enclosure holds what decimals of 90 digits give, which err in the last one."""
    slack = abs(truth) / 10**85
    return decimal_of(found.lower) <= truth + slack and truth - slack <= decimal_of(found.upper)


@given(positive, st.sampled_from([8, 64, 200]))
def test_T39_the_logarithm_is_enclosed(value: Fraction, bits: int) -> None:
    found = logarithm(value, bits)
    with localcontext() as context:
        context.prec = 90
        assert holds(found, decimal_of(value).ln())
    size = abs(value.numerator.bit_length() - value.denominator.bit_length()) + 2
    assert found.upper - found.lower <= Fraction(size, 2**bits)


@given(st.fractions(-60, 60, max_denominator=10**6), st.sampled_from([8, 64, 200]))
def test_T39_the_exponential_is_enclosed(value: Fraction, bits: int) -> None:
    found = exponential(value, bits)
    with localcontext() as context:
        context.prec = 90
        assert holds(found, decimal_of(value).exp())
    assert 0 < found.lower <= found.upper <= found.lower * (1 + Fraction(2, 2**bits))


@given(values, DELTAS)
def test_T39_confidence_implies_the_necessary_margin(
    outputs: tuple[Fraction, ...], delta: Fraction
) -> None:
    confidence = Confidence(delta)
    for index, value in enumerate(outputs):
        others = outputs[:index] + outputs[index + 1 :]
        share = softmax(outputs, index)
        assert 0 <= share.lower <= share.upper
        lead = min((value - other for other in others), default=Fraction(10**6))
        if share.upper >= delta:
            assert lead >= confidence.necessary_margin or share.lower < delta
        if lead >= confidence.sufficient_margin(len(outputs)):
            assert share.upper >= delta
        if lead < confidence.necessary_margin:
            assert share.lower < delta


@given(values)
def test_T39_the_softmax_is_enclosed(outputs: tuple[Fraction, ...]) -> None:
    with localcontext() as context:
        context.prec = 90
        powers = [decimal_of(value).exp() for value in outputs]
        for index, power in enumerate(powers):
            assert holds(softmax(outputs, index), power / sum(powers))


def test_outputs_that_are_far_apart() -> None:
    far = (Fraction(0), Fraction(10**9), Fraction(10**9 - 1))
    assert softmax(far, 0).lower == 0
    assert Fraction(73, 100) < softmax(far, 1).lower < softmax(far, 1).upper < Fraction(74, 100)


def test_margins_by_hand() -> None:
    """ln 9 = 2.19722457733621938..., ln 18 = 2.890..."""
    nine = Confidence(Fraction(9, 10))
    assert decimal_below(nine.necessary_margin, 9) == "2.197224577"
    assert nine.necessary_margin.denominator <= 2**40
    assert Fraction(28903, 10000) < nine.sufficient_margin(3) < Fraction(28904, 10000)
    assert Confidence(Fraction(1, 2)).necessary_margin == 0


def test_what_is_no_logarithm() -> None:
    for value in (Fraction(0), Fraction(-1)):
        with pytest.raises(NumberError, match="expected a positive number"):
            logarithm(value)
    with pytest.raises(NumberError, match="expected at most"):
        exponential(Fraction(2**20 + 1))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("confidence=", "number: expected"),
        ("confidence=0.4", "at least 1/2 and below 1, got 2/5"),
        ("confidence=1", "at least 1/2 and below 1, got 1"),
        ("confidence=x", "number: expected"),
    ],
)
def test_confidences_that_are_refused(text: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        read_confidence(text)
    assert message in str(caught.value)


def test_a_confidence_is_read() -> None:
    assert read_confidence(" confidence=0.9 ").text == "confidence=9/10"
