"""Text stays text whatever it contains, and printed numbers are the numbers they stand for."""

import re
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verify.report.typesetting import (
    LONGEST_NUMBER,
    capitalised,
    counted,
    exact_number,
    is_short,
    rounded_number,
    tex_decimal,
    tex_digest,
    tex_name,
    tex_number,
    tex_point,
    tex_product,
    tex_seconds,
    tex_sum,
    tex_text,
)

HARMLESS = re.compile(
    r"""(?: [A-Za-z0-9 .:;=+*/()@]                        # plain
          | \\[&%$#_{}]                                   # specials with a backslash
          | \\text(?:asciitilde|asciicircum|backslash|less|greater|bar)\{\}
          | \{[-,'`"?!\[\]]\}                             # no ligatures
          | \\["'`^~vc]\{[A-Za-z]\}                       # accents
          | \\allowbreak\{\}
        )*
        (?: \\dots\{\}\ \([0-9]+\ characters\) )?""",
    re.VERBOSE,
)
NASTY = r"""\%$#_{}~^&<>|"'`-,?![]"""


@given(st.text(max_size=200) | st.text(alphabet=NASTY, max_size=40))
def test_text_from_a_file_cannot_become_a_command(text: str) -> None:
    shown = tex_text(text)
    assert shown.isascii()
    assert HARMLESS.fullmatch(shown)
    assert shown.count("{") - shown.count(r"\{") == shown.count("}") - shown.count(r"\}")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a_b%$\\x", r"a\_b\%\$\textbackslash{}x"),
        ("}\\end{", r"\}\textbackslash{}end\{"),
        ("^^M", r"\textasciicircum{}\textasciicircum{}M"),
        ("a--b", "a{-}{-}b"),
        ("caf\u00e9 \u010d", r"caf\'{e} \v{c}"),
        ("\u4e2d\n", "{[}U+4E2D{]}{[}U+000A{]}"),
        ("abcdefghijklmnopqrs", r"abcdefghijklmnop\allowbreak{}qrs"),
    ],
)
def test_text_is_printed_as_it_is(text: str, shown: str) -> None:
    assert tex_text(text) == shown
    assert tex_name(text) == rf"\texttt{{{shown}}}"


def test_a_long_text_is_cut_and_its_length_told() -> None:
    assert tex_text("x" * 1000).endswith(r"\dots{} (1000 characters)")


def test_a_digest_may_be_broken_and_is_complete() -> None:
    digest = "0123456789abcdef" * 4
    shown = tex_digest(digest)
    assert shown.count(r"\allowbreak{}") == 7
    assert shown.replace(r"\allowbreak{}", "") == rf"\texttt{{{digest}}}"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Fraction(0), "0"),
        (Fraction(-12), "-12"),
        (Fraction(-1, 3), r"-\tfrac{1}{3}"),
        (Fraction(123456), r"123\,456"),
        (Fraction(1, 1024), r"\tfrac{1}{1024}"),
        (Fraction(1, 2048), "2^{-11}"),
        (Fraction(-3, 4096), r"-3\cdot2^{-12}"),
        (Fraction(0.1), r"{\approx}\,0.1000"),
        (Fraction(-(10**20)), r"{\approx}\,{-}1.000\cdot10^{20}"),
        (Fraction(-1, 3 * 10**14), r"{\approx}\,{-}3.333\cdot10^{-15}"),
    ],
)
def test_numbers_are_readable(value: Fraction, shown: str) -> None:
    assert tex_number(value) == shown


def value_of(shown: str) -> Fraction:
    """The number that a printed number denotes."""
    plain = shown.replace(r"\,", "").replace("{-}", "-").replace(r"{\approx}", "")
    found = re.fullmatch(r"(-?)\\tfrac\{(\d+)\}\{(\d+)\}", plain)
    if found:
        return Fraction(f"{found[1]}{found[2]}/{found[3]}")
    mantissa, _, power = plain.partition(r"\cdot")
    if mantissa.lstrip("-").startswith("2^{"):
        mantissa, power = mantissa.replace("2^", "1|2^").split("|")
    base, _, exponent = power.partition("^")
    scale = Fraction(int(base)) ** int(exponent.strip("{}")) if power else Fraction(1)
    return Fraction(mantissa) * scale


DYADICS = st.builds(lambda m, k: Fraction(m, 2**k), st.integers(), st.integers(0, 80))


@given(st.fractions() | DYADICS)
def test_a_number_without_a_mark_is_exact_and_a_marked_one_is_close(value: Fraction) -> None:
    shown = tex_number(value)
    if r"\approx" in shown:
        assert not is_short(value)
        assert abs(value_of(shown) - value) <= abs(value) / 1999
    else:
        assert value_of(shown) == value
        assert len(re.sub(r"\^\{[^}]*\}|\D", "", shown)) <= LONGEST_NUMBER + 1
    assert value_of(exact_number(value)) == value


@given(st.fractions())
def test_a_rounded_number_has_four_digits(value: Fraction) -> None:
    for shown in (rounded_number(value), tex_decimal(value)):
        assert abs(value_of(shown) - value) <= abs(value) / 1999


def test_numbers_of_any_size_can_be_printed() -> None:
    huge = Fraction(10**6000 + 1, 3)
    assert tex_number(huge) == r"{\approx}\,3.333\cdot10^{5999}"
    assert tex_number(-1 / huge) == r"{\approx}\,{-}3.000\cdot10^{-6000}"


def test_sums_look_like_sums() -> None:
    half = Fraction(1, 2)
    assert tex_sum(half, ((0, Fraction(1)), (2, Fraction(-3)))) == (
        r"x_{1}-\allowbreak 3\,x_{3}+\allowbreak \tfrac{1}{2}",
        True,
    )
    assert tex_sum(Fraction(0), ()) == ("0", True)
    assert tex_sum(Fraction(-1), ((0, Fraction(-1)),), name="u") == (
        r"-u_{1}-\allowbreak 1",
        True,
    )
    assert tex_sum(Fraction(0.1), ((0, half),)) == (r"0.5\,x_{1}+\allowbreak 0.1000", False)


def test_points_boxes_times_and_counts() -> None:
    half = Fraction(1, 2)
    assert tex_point((half, Fraction(-1))) == r"(\tfrac{1}{2},\,\allowbreak -1)"
    assert tex_product((-half,) * 3, (half,) * 3) == r"[-\tfrac{1}{2},\,\tfrac{1}{2}]^{3}"
    assert tex_product((half,), (half,)) == r"[\tfrac{1}{2},\,\tfrac{1}{2}]"
    assert tex_product((half, half), (half, Fraction(1))).count(r"\times") == 1
    assert [tex_seconds(time) for time in (0.0123, 1.5, 123.4)] == [
        r"0.012\,s",
        r"1.50\,s",
        r"123\,s",
    ]
    assert [counted(1, "leaf", "leaves"), counted(2, "leaf", "leaves"), counted(2, "step")] == [
        "1 leaf",
        "2 leaves",
        "2 steps",
    ]
    assert capitalised("found by A. B.") == "Found by A. B."
