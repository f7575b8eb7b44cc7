"""`exact_network`: the network of a model that a Python program holds, exactly.

Taken are exact networks, ONNX models (`onnx.ModelProto`, or the path of a file of any format
that is read), `torch.nn.Sequential` and the multilayer perceptrons of scikit-learn. Stored
weights are floats, and every float is the rational that it is. Neither torch nor scikit-learn
is imported: who hands in such a model has done so.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from theory.errors import TheoryError
from theory.network import ZERO, Affine, Network
from theory.rational import rational_of_float
from verify.errors import UnsupportedError
from verify.formats.network_file import read_network

_CONTAINER = "torch.nn.modules.container.Sequential"
_LINEAR = "torch.nn.modules.linear.Linear"
_RELU = "torch.nn.modules.activation.ReLU"
_DROPOUT = "torch.nn.modules.dropout.Dropout"
_FLATTEN = "torch.nn.modules.flatten.Flatten"
_IDENTITY = "torch.nn.modules.linear.Identity"


def exact_network(model: object, where: str = "model") -> Network:
    """The function of a model, as an exact network.

    A classifier of scikit-learn is read up to its scores, without the final softmax.

    Args:
        model: The model, or the path of a file.
        where: What messages call it.

    Raises:
        InputError: it is none of the kinds that are read, or not read exactly.
    """
    if isinstance(model, Network):
        return model
    if isinstance(model, str | Path):
        return read_network(model).network
    for name in _names(model):
        if name in _READERS:
            return _READERS[name](model, where)
    raise UnsupportedError(
        where,
        "expected a Network, the path of a file, an onnx.ModelProto, a torch.nn.Sequential or an "
        f"MLPRegressor or MLPClassifier of scikit-learn, got {type(model).__qualname__}",
    )


def _names(model: object) -> tuple[str, ...]:
    """The dotted names of a value's class and its bases."""
    return tuple(f"{kind.__module__}.{kind.__qualname__}" for kind in type(model).__mro__)


@dataclass(slots=True)
class _Chain:
    """Layers that are closed by a ReLU, and the affine map after the last one."""

    layers: tuple[Affine, ...] = ()
    pending: Affine | None = None

    def map(self, affine: Affine) -> None:
        """Apply an affine map."""
        self.pending = affine if self.pending is None else affine.after(self.pending)

    def rectify(self, where: str) -> None:
        """Apply relu; directly after another one it changes nothing."""
        if self.pending is not None:
            self.layers = (*self.layers, self.pending)
            self.pending = None
        elif not self.layers:
            raise UnsupportedError(where, "a ReLU before any layer has no known width")

    def network(self, where: str) -> Network:
        """The network from the inputs to where the chain is."""
        if self.pending is None and not self.layers:
            raise UnsupportedError(where, "expected at least one linear layer")
        return Network((*self.layers, self.pending or _identity(self.layers[-1].outputs)))


def _identity(size: int) -> Affine:
    return Affine(size, tuple(((index, Fraction(1)),) for index in range(size)), (ZERO,) * size)


def _affine(weight: Sequence[Sequence[float]], bias: Iterable[float], where: str) -> Affine:
    """The exact affine map with a dense weight matrix, one row per output."""
    try:
        rows = [[rational_of_float(entry) for entry in row] for row in weight]
        return Affine.dense(rows, [rational_of_float(entry) for entry in bias])
    except TheoryError as error:
        raise UnsupportedError(where, str(error)) from None


# ----------------------------------------------------------------------------------- readers


def _of_onnx(model: Any, where: str) -> Network:
    from verify.formats.onnx_reader import parse_onnx

    return parse_onnx(model.SerializeToString(), where)[0]


def _of_sequential(model: Any, where: str) -> Network:
    chain = _Chain()
    _append_torch(model, chain, where)
    return chain.network(where)


def _append_torch(module: Any, chain: _Chain, where: str) -> None:
    """Apply one torch module to the chain; only the very classes of torch are known."""
    kind = _names(module)[0]
    _refuse_changed(module, where)
    if kind == _CONTAINER:
        for index, part in enumerate(module):
            _append_torch(part, chain, f"{where}[{index}]")
    elif kind == _LINEAR:
        weight = module.weight.detach().tolist()
        bias = [0.0] * len(weight) if module.bias is None else module.bias.detach().tolist()
        chain.map(_affine(weight, bias, f"{where} (Linear)"))
    elif kind == _RELU:
        chain.rectify(f"{where} (ReLU)")
    elif kind == _DROPOUT:
        if module.training and module.p:
            raise UnsupportedError(f"{where} (Dropout)", "it is in training mode: call .eval()")
    elif kind == _FLATTEN and module.start_dim == 1 and module.end_dim == -1:
        return
    elif kind != _IDENTITY:
        known = "Sequential, Linear, ReLU, Dropout, Flatten and Identity are read"
        place = f"{where} ({type(module).__qualname__})"
        raise UnsupportedError(place, f"{known}; export other modules to ONNX")


def _refuse_changed(module: Any, where: str) -> None:
    """Refuse a module that does not compute what its class says."""
    if module._forward_hooks or module._forward_pre_hooks or "forward" in vars(module):
        raise UnsupportedError(where, "the module has hooks or a forward of its own")


def _of_perceptron(model: Any, where: str) -> Network:
    if not hasattr(model, "coefs_"):
        raise UnsupportedError(where, "the model is not fitted")
    if len(model.coefs_) > 1 and model.activation not in ("relu", "identity"):
        raise UnsupportedError(where, f"expected activation relu, got {model.activation}")
    if model.out_activation_ not in ("identity", "softmax", "logistic"):
        raise UnsupportedError(where, f"the activation {model.out_activation_} of its output")
    chain = _Chain()
    for number, (weight, bias) in enumerate(zip(model.coefs_, model.intercepts_, strict=True)):
        if number and model.activation == "relu":
            chain.rectify(where)
        chain.map(_affine(weight.T.tolist(), bias.tolist(), f"{where}, layer {number}"))
    return chain.network(where)


_READERS: Mapping[str, Callable[[Any, str], Network]] = {
    "onnx.onnx_ml_pb2.ModelProto": _of_onnx,
    _CONTAINER: _of_sequential,
    "sklearn.neural_network._multilayer_perceptron.MLPRegressor": _of_perceptron,
    "sklearn.neural_network._multilayer_perceptron.MLPClassifier": _of_perceptron,
}
