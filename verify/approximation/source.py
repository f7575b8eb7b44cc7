"""What is to be approximated, from text: an expression in x, or the file of a network."""

from pathlib import PurePath

from theory.approximation.tree import tree_of
from verify.approximation.curve import Source
from verify.errors import InputError
from verify.formats.network_file import read_network

_SUFFIXES = (".onnx", ".nnet", ".json")


def read_source(text: str) -> Source:
    """The function that a text names.

    Raises:
        InputError: the file is no network that can be read, or has several inputs or outputs.
        TheoryError: it is no expression of the known kind.
    """
    file = text.strip().partition("#")[0]
    if PurePath(file).suffix.lower() not in _SUFFIXES:
        return Source(tree_of(text))
    network = read_network(text.strip()).network
    if (network.inputs, network.outputs) != (1, 1):
        raise InputError("TARGET", "expected a network with one input and one output")
    return Source(network)
