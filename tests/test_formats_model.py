"""Models that Python programs hold are read exactly, and refused where they are not."""

import subprocess
import sys
import warnings
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from theory.domain import Box
from theory.network import Affine, Network
from verify.errors import InputError
from verify.floating import float32_bound_over
from verify.formats.model import exact_network
from verify.formats.network_file import read_network
from verify.formats.onnx_writer import onnx_model
from verify.testing.strategies import networks, rationals

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = ROOT / "examples" / "diabetes_2-8-8-1.onnx"
ABSOLUTE = Network((Affine.dense([[1], [-1]], [0, 0]), Affine.dense([[1, 1]], [0])))


def test_networks_and_paths_are_themselves() -> None:
    assert exact_network(ABSOLUTE) is ABSOLUTE
    expected = read_network(EXAMPLE).network
    assert exact_network(EXAMPLE) == exact_network(str(EXAMPLE)) == expected


@given(networks(weights=rationals(3, (1, 2, 4))))
def test_onnx_models_are_read(network: Network) -> None:
    assert exact_network(onnx_model(network)) == network


@pytest.mark.parametrize("model", [None, 3, [[1.0]], ABSOLUTE.layers[0]])
def test_other_values_are_refused(model: object) -> None:
    with pytest.raises(InputError, match="my model: expected a Network"):
        exact_network(model, "my model")


def test_neither_torch_nor_scikit_learn_is_imported() -> None:
    call = (
        "import sys, verify.formats.model as m, verify.testing.assertions; "
        f"m.exact_network({str(EXAMPLE)!r}); "
        "sys.exit(bool({'torch', 'sklearn'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", call], cwd=ROOT, check=False).returncode == 0


# ------------------------------------------------------------------------------ scikit-learn


def fitted(kind: str, **options: object) -> Any:
    neural_network = pytest.importorskip("sklearn.neural_network")
    points = np.random.default_rng(1).uniform(-1, 1, (60, 2)).astype(np.float32)
    targets = points[:, 0] * points[:, 1]
    model = getattr(neural_network, kind)(max_iter=3, random_state=0, **options)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # three steps do not converge
        return model.fit(points, targets if kind == "MLPRegressor" else targets > 0)


@pytest.mark.parametrize("sizes", [(), (4,), (3, 5)])
def test_regressors_of_scikit_learn_are_read(sizes: tuple[int, ...]) -> None:
    model = fitted("MLPRegressor", hidden_layer_sizes=sizes)
    network = exact_network(model)
    assert network.widths == (2, *sizes, 1)
    weights = [value for row in network.layers[0].weight for value in row]
    assert weights == [Fraction(value) for value in model.coefs_[0].T.ravel().tolist()]
    points = np.random.default_rng(2).uniform(-1, 1, (20, 2)).astype(np.float32)
    (bound,) = float32_bound_over(network, Box.cube(2, -1, 1))
    for point, value in zip(points.tolist(), model.predict(points).tolist(), strict=True):
        assert abs(network(tuple(map(Fraction, point)))[0] - Fraction(value)) <= bound


def test_classifiers_of_scikit_learn_are_read_up_to_their_scores() -> None:
    model = fitted("MLPClassifier", hidden_layer_sizes=(3,))
    network = exact_network(model)
    points = np.random.default_rng(2).uniform(-1, 1, (20, 2))
    for point, answer in zip(points.tolist(), model.predict(points).tolist(), strict=True):
        assert (network(tuple(map(Fraction, point)))[0] > 0) == answer


def test_perceptrons_that_are_no_relu_networks_are_refused() -> None:
    with pytest.raises(InputError, match="activation relu, got tanh"):
        exact_network(fitted("MLPRegressor", activation="tanh"))
    with pytest.raises(InputError, match="not fitted"):
        exact_network(pytest.importorskip("sklearn.neural_network").MLPRegressor())
    broken = fitted("MLPRegressor", hidden_layer_sizes=(2,))
    broken.intercepts_[0][0] = float("nan")
    with pytest.raises(InputError, match="layer 0: number: expected a finite float"):
        exact_network(broken)
    assert exact_network(fitted("MLPRegressor", activation="identity")).hidden_layers == 0


# -------------------------------------------------------------------------------------- torch


def test_sequential_models_of_torch_are_read() -> None:
    torch: Any = pytest.importorskip("torch")
    nn = torch.nn
    parts = (nn.Flatten(), nn.Linear(2, 3), nn.ReLU(), nn.ReLU(), nn.Dropout(0.5))
    model = nn.Sequential(*parts, nn.Sequential(nn.Linear(3, 2)), nn.ReLU(), nn.Identity()).eval()
    network = exact_network(model)
    assert network.widths == (2, 3, 2, 2)
    assert network.layers[0].bias == tuple(map(Fraction, parts[1].bias.detach().tolist()))
    points = torch.rand(20, 2)
    bound = float32_bound_over(network, Box.cube(2, -1, 1))
    for point, values in zip(points.tolist(), model(points).tolist(), strict=True):
        exact = network(tuple(map(Fraction, point)))
        for one, other, most in zip(exact, map(Fraction, values), bound, strict=True):
            assert abs(one - other) <= most


def test_linear_layers_of_torch_are_composed_exactly() -> None:
    torch: Any = pytest.importorskip("torch")
    nn = torch.nn
    first, second = nn.Linear(2, 3, bias=False).double(), nn.Linear(3, 1).double()
    (layer,) = exact_network(nn.Sequential(first, second)).layers
    rows = [list(map(Fraction, row)) for row in first.weight.detach().tolist()]
    (outer,) = second.weight.detach().tolist()
    assert layer.weight == (
        tuple(
            sum(Fraction(v) * row[i] for v, row in zip(outer, rows, strict=True)) for i in range(2)
        ),
    )


def test_modules_of_torch_that_are_not_read_are_refused() -> None:
    nn: Any = pytest.importorskip("torch").nn
    linear = nn.Linear(2, 2)
    hooked = nn.Linear(2, 2)
    hooked.register_forward_hook(lambda *_: None)

    class Mine(nn.Sequential):  # type: ignore[misc]
        """A subclass may compute anything."""

    for model, message in (
        (nn.Sequential(linear, nn.Tanh()), r"model\[1\] \(Tanh\)"),
        (nn.Sequential(nn.ReLU(), linear), "before any layer"),
        (nn.Sequential(), "at least one linear layer"),
        (nn.Sequential(linear, nn.Dropout(0.5)), "training mode"),
        (nn.Sequential(hooked), "hooks"),
        (nn.Sequential(Mine(linear)), r"model\[0\]"),
        (Mine(linear), "Mine"),
        (linear, "expected a Network"),
    ):
        with pytest.raises(InputError, match=message):
            exact_network(model)


def named(path: str) -> type[Any]:
    """A class that calls itself as one of torch does."""
    module, _, name = path.rpartition(".")
    hooks: dict[str, object] = {"_forward_hooks": {}, "_forward_pre_hooks": {}}
    return type(name, (), {"__module__": module, "__qualname__": name, **hooks})


def test_a_model_is_known_by_the_names_of_its_classes() -> None:
    """What torch holds, without torch: so the reader is tried where torch is not installed."""

    class Tensor(list[Any]):
        def detach(self) -> "Tensor":
            return self

        def tolist(self) -> list[Any]:
            return list(self)

    linear = named("torch.nn.modules.linear.Linear")()
    linear.weight, linear.bias = Tensor([[0.5, -1.0]]), None
    relu = named("torch.nn.modules.activation.ReLU")()
    sequential = named("torch.nn.modules.container.Sequential")
    sequential.__iter__ = lambda self: iter((linear, relu))
    network = exact_network(sequential())
    assert network == Network((Affine.dense([[Fraction(1, 2), -1]], [0]), Affine.dense([[1]], [0])))
    linear.forward = None
    with pytest.raises(InputError, match=r"model\[0\]: the module has hooks or a forward"):
        exact_network(sequential())
