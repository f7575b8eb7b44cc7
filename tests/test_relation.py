"""Relations are read from the texts that the command line documents."""

from fractions import Fraction

import pytest

from verify.errors import InputError
from verify.relation import Epsilon, Exact, Margin, Relation, TopK, TopOne, read_relation


@pytest.mark.parametrize(
    ("text", "relation"),
    [
        ("exact", Exact()),
        ("eps=1/100", Epsilon(Fraction(1, 100))),
        ("eps=0", Epsilon(Fraction(0))),
        ("top1", TopOne()),
        ("topk=3", TopK(3)),
        ("margin=1/50", Margin(Fraction(1, 50))),
    ],
)
def test_texts(text: str, relation: Relation) -> None:
    assert read_relation(text) == relation
    assert read_relation(f" {text} ") == relation
    assert relation.text == text


def test_decimals() -> None:
    assert read_relation("eps=0.01") == Epsilon(Fraction(1, 100))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "equal",
        "exact=",
        "exact=1",
        "top1=1",
        "topk",
        "topk=",
        "topk=0",
        "topk=-1",
        "topk=1/2",
        "topk=٣",
        "eps",
        "eps=",
        "eps=x",
        "eps=-1",
        "eps=nan",
        "eps=1/0",
        "margin",
        "margin=-1/2",
        "eps=1=2",
        "ex\nact",
    ],
)
def test_malformed_texts(text: str) -> None:
    with pytest.raises(InputError) as caught:
        read_relation(text)
    assert str(caught.value).startswith("relation ")
    assert "\n" not in str(caught.value)
