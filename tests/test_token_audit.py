"""T55, searched for false acceptances: programs made at random, and graphs that are unusual."""

from tests.test_transformer import accepted
from tests.transformer_blocks import F
from theory.architectures.token_program import Product, TokenProgram
from theory.network import Affine


def test_T55_a_square_whose_factors_list_their_terms_in_another_order() -> None:
    # the values 2 and 3 are y and x: (x + y)(y + x) is no x^2 + 4 x y
    one = Affine.dense([[F(0), F(0)]] * 2, [F(1)] * 2)
    copies = Product(Affine.dense([[F(0), F(1)], [F(1), F(0)]], [F(0)] * 2), one)
    sides = [
        Affine.dense([row], [F(0)]) for row in ([F(1), F(1), F(0), F(0)], [F(0), F(0), F(1), F(1)])
    ]
    output = Affine.dense([[F(0)] * 4 + [F(1)]], [F(0)])
    square = TokenProgram(2, (copies, Product(*sides)), output)
    left = Affine.dense([[F(1), F(0)], [F(1), F(0)], [F(0), F(1)]], [F(0)] * 3)
    right = Affine.dense([[F(1), F(0)], [F(0), F(1)], [F(0), F(1)]], [F(0)] * 3)
    for weights, is_same in (((1, 2, 1), True), ((1, 4, 0), False), ((0, 4, 1), False)):
        output = Affine.dense([[F(0), F(0), *map(F, weights)]], [F(0)])
        assert accepted(square, TokenProgram(2, (Product(left, right),), output)) == is_same
