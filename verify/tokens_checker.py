"""Checks tokens.json: tokens at which two programs differ, by enclosures of both values (T55).

    python3 -I -S verify/tokens_checker.py FOLDER/tokens.json

The file names two programs, tokens, a token, an output and a number of bits. Both programs are
evaluated on the tokens in interval arithmetic with that many bits; where the two intervals of
that output at that token share no number, the exact values differ. Standard library alone.
"""

import os
import sys
from fractions import Fraction

if not __package__:  # run as a file: verify.checker is beside it
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from verify.checker import document, expect, require, typed
from verify.recurrent_claims import Reader, beside, rationals, run
from verify.token_enclosure import Enclosure
from verify.transformer_checker import read_program

MOST_BITS = 4096


def check(beside_it: Reader, data: bytes) -> str:
    """Where the programs differ, and by how much at least.

    Raises:
        MalformedError, RejectedError: that does not follow.
    """
    names = "bits left output right token tokens"
    bits, left, output, right, token, listed = document(data, "tokens", names)
    expect(0 < typed(bits, int, "bits") <= MOST_BITS, f"bits: expected 1 to {MOST_BITS}")
    programs = [
        read_program(beside(beside_it, value, side), side)
        for value, side in ((left, "left"), (right, "right"))
    ]
    one, other = programs
    same = (one.inputs, len(one.output.bias)) == (other.inputs, len(other.output.bias))
    expect(same, "the programs have different numbers of inputs or outputs")
    tokens = [rationals(entry, "tokens") for entry in typed(listed, list, "tokens")]
    expect(all(len(entry) == one.inputs for entry in tokens), "tokens: expected rows of inputs")
    expect(0 <= typed(token, int, "token") < len(tokens), "token: there is none of this number")
    expect(0 <= typed(output, int, "output") < len(one.output.bias), "output: there is none")
    enclosure = Enclosure(bits)
    values = [enclosure.outputs(program, tokens)[token][output] for program in programs]
    gap = max(values[0][0] - values[1][1], values[1][0] - values[0][1])
    require(gap > 0, "the enclosures of both values meet")
    apart = Fraction(gap, enclosure.one)
    return f"different at token {token}, output {output}: by more than {float(apart):.3g}"


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:], check))
