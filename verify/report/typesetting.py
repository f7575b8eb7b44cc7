r"""Text and numbers as TeX: whatever a file says stays text, and numbers stay readable.

Text is translated character by character, once, so nothing that a name contains is ever read
by TeX as a command. A rational number is printed exactly where that is short, and otherwise
rounded to four digits and marked by \approx; the exact values are in the files named.
"""

import unicodedata
from collections.abc import Callable, Sequence
from decimal import Context, Decimal
from fractions import Fraction

from theory.network import Row, Vector

LONGEST_TEXT = 160
LONGEST_NUMBER = 14  # digits, in tables
LONGEST_STATED = 40  # digits, in claims and counterexamples
SMALLEST_DYADIC = 2**10
_RUN = 16  # signs without a blank after which a line may be broken

_SPECIAL = {
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "\\": r"\textbackslash{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    "[": "{[}",
    "]": "{]}",
    # These would join with their neighbours: --, ,, '' ?` and so on.
    "-": "{-}",
    ",": "{,}",
    "'": "{'}",
    "`": "{`}",
    '"': '{"}',
    "?": "{?}",
    "!": "{!}",
}

_ACCENTS = {
    "\N{COMBINING GRAVE ACCENT}": r"\`",
    "\N{COMBINING ACUTE ACCENT}": r"\'",
    "\N{COMBINING CIRCUMFLEX ACCENT}": r"\^",
    "\N{COMBINING TILDE}": r"\~",
    "\N{COMBINING DIAERESIS}": r"\"",
    "\N{COMBINING CARON}": r"\v",
    "\N{COMBINING CEDILLA}": r"\c",
}


def _character(character: str) -> str:
    if character in _SPECIAL:
        return _SPECIAL[character]
    if " " <= character <= "\x7e":
        return character
    parts = unicodedata.normalize("NFD", character)
    if len(parts) == 2 and parts[1] in _ACCENTS and parts[0].isascii() and parts[0].isalpha():
        return f"{_ACCENTS[parts[1]]}{{{parts[0]}}}"
    return f"{{[}}U+{ord(character):04X}{{]}}"


def tex_text(text: object, longest: int = LONGEST_TEXT) -> str:
    """The text as TeX that prints it: one line, breakable inside long words, at most 160 signs.

    A character that the fonts of a minimal TeX lack, and a control character, is printed as its
    code point, [U+4E2D].
    """
    plain = str(text)
    shown = plain[:longest]
    found: list[str] = []
    run = 0
    for character in shown:
        printed = _character(character)
        run = 0 if character == " " else run + (8 if "U+" in printed else 1)
        if run > _RUN:
            found.append(r"\allowbreak{}")
            run = 1
        found.append(printed)
    if len(plain) > len(shown):
        found.append(rf"\dots{{}} ({len(plain)} characters)")
    return "".join(found)


def tex_name(text: object) -> str:
    """The text in typewriter type: names of files, commands."""
    return rf"\texttt{{{tex_text(text)}}}"


def tex_digest(digest: str) -> str:
    """A sha256 in typewriter type that may be broken after every eight digits."""
    groups = [tex_text(digest[start : start + 8]) for start in range(0, len(digest), 8)]
    return r"\texttt{" + r"\allowbreak{}".join(groups) + "}"


def tex_number(value: Fraction, longest: int = LONGEST_NUMBER) -> str:
    r"""A rational in math mode: 12, \tfrac{1}{3}, 5\cdot2^{-20}, or \approx and four digits."""
    if is_short(value, longest):
        return exact_number(value)
    # Braces: after \approx a bare minus sign would be spaced as a difference.
    sign = "{-}" if value < 0 else ""
    return rf"{{\approx}}\,{sign}{rounded_number(abs(value))}"


def is_short(value: Fraction, longest: int = LONGEST_NUMBER) -> bool:
    """Whether a number is printed exactly where that many digits are allowed."""
    numerator, denominator = _digits(value.numerator), _digits(value.denominator)
    if value.denominator == 1 or _is_small_power(value.denominator):
        return numerator <= longest
    return numerator + denominator <= longest


def _digits(value: int) -> int:
    # Counted without str, which refuses integers of more than 4300 digits.
    return len(str(abs(value))) if value.bit_length() < 64 else value.bit_length() * 3 // 10


def _is_small_power(denominator: int) -> bool:
    return denominator > SMALLEST_DYADIC and denominator & (denominator - 1) == 0


def exact_number(value: Fraction) -> str:
    """A rational in math mode, exactly, however long."""
    sign = "-" if value < 0 else ""
    numerator, denominator = abs(value.numerator), value.denominator
    if denominator == 1:
        return sign + grouped(numerator)
    if _is_small_power(denominator):
        power = f"2^{{-{denominator.bit_length() - 1}}}"
        return sign + (power if numerator == 1 else rf"{grouped(numerator)}\cdot{power}")
    return rf"{sign}\tfrac{{{grouped(numerator)}}}{{{grouped(denominator)}}}"


def grouped(value: int) -> str:
    """A whole number with thin spaces between groups of three digits if it is long."""
    if value < 100_000:
        return str(value)
    return f"{value:_}".replace("_", r"\,")


def rounded_number(value: Fraction) -> str:
    """A rational in math mode, rounded to four digits, without a mark."""
    context = Context(prec=4, Emax=10**6, Emin=-(10**6))
    quotient = context.divide(Decimal(value.numerator), Decimal(value.denominator))
    if not quotient:
        return "0"
    exponent = quotient.adjusted()
    if -4 <= exponent < 5:
        return f"{quotient:f}"
    return rf"{quotient.scaleb(-exponent, context):f}\cdot10^{{{exponent}}}"


def tex_decimal(value: Fraction) -> str:
    """A rational in math mode as at most four digits, zeros at the end left out, without a mark."""
    text = rounded_number(value)
    return text if r"\cdot" in text or "." not in text else text.rstrip("0").rstrip(".")


def tex_point(point: Sequence[Fraction]) -> str:
    r"""A point in math mode, (\tfrac{1}{2},\,-1); it may be broken after a comma."""
    numbers = [tex_number(value, LONGEST_STATED) for value in point]
    return "(" + r",\,\allowbreak ".join(numbers) + ")"


def tex_sum(
    constant: Fraction,
    row: Row,
    *,
    name: str | Callable[[int], str] = "x",
    longest: int = LONGEST_NUMBER,
    exact: bool | None = None,
) -> tuple[str, bool]:
    """The sum of weight * name_(column + 1), plus constant, in math mode; and whether exactly.

    Unless told, it is exact where no number has more than `longest` digits, else rounded. Instead
    of a name a function may say what is printed for a column.
    """
    numbers = [weight for _, weight in row] + ([constant] if constant or not row else [])
    if exact is None:
        exact = all(is_short(number, longest) for number in numbers)
    shown = exact_number if exact else rounded_number
    terms = [_term(shown(abs(weight)), _symbol(name, column)) for column, weight in row]
    if len(numbers) > len(row):
        terms.append(shown(abs(constant)))
    signs = ["-" if value < 0 else "+" for value in numbers]
    first = ("-" if signs[0] == "-" else "") + terms[0]
    rest = (rf"{sign}\allowbreak {term}" for sign, term in zip(signs[1:], terms[1:], strict=True))
    return first + "".join(rest), exact


def tex_form(
    constant: Fraction,
    row: Row,
    name: str | Callable[[int], str] = "x",
    longest: int = LONGEST_NUMBER,
) -> str:
    r"""The sum as `tex_sum` has it, marked by \approx in front if its numbers are rounded."""
    shown, exact = tex_sum(constant, row, name=name, longest=longest)
    return shown if exact else rf"{{\approx}}\,{shown}"


def _symbol(name: str | Callable[[int], str], column: int) -> str:
    return f"{name}_{{{column + 1}}}" if isinstance(name, str) else name(column)


def _term(coefficient: str, symbol: str) -> str:
    return symbol if coefficient == "1" else rf"{coefficient}\,{symbol}"


def tex_polynomial(coefficients: Sequence[Fraction], longest: int = LONGEST_NUMBER) -> str:
    """The polynomial in x with these coefficients, the constant first, in math mode."""
    powers = range(len(coefficients) - 1, 0, -1)
    row = tuple((power, coefficients[power]) for power in powers if coefficients[power])
    constant = coefficients[0] if coefficients else Fraction(0)
    return tex_form(constant, row, _power, longest)


def _power(exponent: int) -> str:
    return "x" if exponent == 1 else f"x^{{{exponent}}}"


def tex_matrix(rows: Sequence[Sequence[Fraction]]) -> str:
    """A matrix in math mode."""
    lines = [" & ".join(tex_number(entry) for entry in row) for row in rows]
    return r"\begin{pmatrix}" + r" \\ ".join(lines) + r"\end{pmatrix}"


def tex_interval(low: Fraction, high: Fraction) -> str:
    """[low, high] in math mode."""
    return f"[{tex_number(low, LONGEST_STATED)},\\,{tex_number(high, LONGEST_STATED)}]"


def tex_product(lower: Vector, upper: Vector) -> str:
    """A box in math mode: a power of one interval where all are alike, else their product."""
    intervals = list(zip(lower, upper, strict=True))
    shown = [tex_interval(low, high) for low, high in intervals]
    if len(set(intervals)) == 1:
        return shown[0] + (f"^{{{len(shown)}}}" if len(shown) > 1 else "")
    return r"\times\allowbreak ".join(shown)


def tex_space(dimension: int) -> str:
    r"""\R or \R^n in math mode, with the macro of the reports."""
    return r"\R" if dimension == 1 else rf"\R^{{{dimension}}}"


def tex_seconds(seconds: float) -> str:
    """A time in text mode, with at most three significant digits."""
    if seconds >= 100:
        return rf"{seconds:.0f}\,s"
    return rf"{seconds:.2f}\,s" if seconds >= 0.1 else rf"{seconds:.3f}\,s"


def counted(number: int, noun: str, plural: str = "") -> str:
    """1 step, 2 steps, 2 leaves."""
    return f"{grouped(number)} {noun if number == 1 else plural or noun + 's'}"


def capitalised(text: str) -> str:
    """The text with its first letter large; the rest stays."""
    return text[:1].upper() + text[1:]
