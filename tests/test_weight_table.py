"""Tables of weights hold every weight once, in lines of at most six, or say what is left out."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from theory.network import Affine, Network
from verify.report.typesetting import tex_number
from verify.report.weight_table import (
    MOST_COLUMNS,
    MOST_LINES,
    WeightTable,
    printed_width,
    weight_tables,
)
from verify.testing.strategies import networks


def rows_of(table: WeightTable) -> list[list[str]]:
    """The cells of every unit that is printed."""
    rows: list[list[str]] = []
    for line in table.lines:
        if line.unit:
            rows.append([])
        rows[-1] += line.weights
    return rows


@given(networks(inputs=st.integers(1, 9), widths=st.lists(st.integers(1, 9), max_size=2)))
def test_every_weight_is_in_its_row(network: Network) -> None:
    tables = weight_tables(network, 100)
    for layer, table in zip(network.layers, tables, strict=True):
        assert all(len(line.weights) <= table.columns <= MOST_COLUMNS for line in table.lines)
        biases = [line.bias for line in table.lines if line.unit]
        assert biases == [tex_number(bias) for bias in layer.bias]
        for row, shown, dense in zip(layer.rows, rows_of(table), layer.weight, strict=True):
            if table.is_sparse:
                cells = [(tex_number(weight), column + 1) for column, weight in row]
                assert shown == [rf"{w}\,{table.source}_{{{column}}}" for w, column in cells]
            else:
                assert shown == [tex_number(weight) for weight in dense]


def test_a_long_row_is_wrapped_evenly_and_numbered() -> None:
    (table,) = weight_tables(Network((Affine.dense([[1] * 8], [2]),)), 9)
    assert (table.columns, table.is_wrapped) == (4, True)
    assert [(line.unit, line.first, line.bias) for line in table.lines] == [
        ("1", "1", "2"),
        ("", "5", ""),
    ]


def test_what_is_left_out_is_counted() -> None:
    (table,) = weight_tables(Network((Affine.dense([[1] * 100] * 7, [0] * 7),)), 5)
    assert len(table.lines) == 2 * MOST_LINES
    assert table.omitted == 5
    assert table.shortened == 2 * (100 - MOST_LINES * MOST_COLUMNS)


def test_a_sparse_layer_names_its_units() -> None:
    layer = Affine(9, (((3, Fraction(1, 2)), (8, Fraction(-1))), ()), (Fraction(0), Fraction(1)))
    (table,) = weight_tables(Network((layer,)), 9)
    assert [line.weights for line in table.lines] == [
        (r"\tfrac{1}{2}\,x_{4}", r"-1\,x_{9}"),
        (),
    ]
    assert not table.is_wrapped
    assert table.has_fractions


def test_wide_numbers_get_fewer_columns() -> None:
    wide = Fraction(16_777_215, 2**30)
    (table,) = weight_tables(Network((Affine.dense([[wide] * 6], [wide]),)), 9)
    assert 1 < table.columns < MOST_COLUMNS
    assert printed_width(tex_number(wide)) > printed_width(tex_number(Fraction(-12)))
