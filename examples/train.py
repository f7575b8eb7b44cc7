"""Trains the networks of this folder, once: the ONNX files are committed, with their seeds here.

Small multilayer perceptrons on data sets that ship with scikit-learn, inputs scaled to [-1, 1].
Classifiers are written as scores (logits), regressions in standard deviations of the target.
Weights are rounded to multiples of 2^-20.
Run it by `make examples`; another version of scikit-learn may train other weights.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from sklearn import datasets
from sklearn.neural_network import MLPClassifier, MLPRegressor

FOLDER = Path(__file__).parent

Weights = list[tuple[NDArray[np.float32], NDArray[np.float32]]]


@dataclass(frozen=True, slots=True)
class Recipe:
    """What one network is trained on, and how."""

    dataset: str
    features: tuple[str, ...]
    hidden: tuple[int, ...]
    seed: int
    alpha: float


IRIS = ("sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)")

RECIPES = (
    Recipe("diabetes", ("bmi", "s5"), (8, 8), 1, 1e-3),
    Recipe("cancer", ("mean radius", "mean texture"), (16, 16, 16), 2, 1e-3),
    Recipe("diabetes", ("bmi", "s5"), (12, 12, 12, 12), 2, 1e-3),
    Recipe("diabetes", ("bmi", "bp", "s5"), (6, 6), 1, 1e-1),
    Recipe("diabetes", ("bmi", "bp", "s5"), (16, 16), 2, 1e-1),
    Recipe("cancer", ("mean radius", "mean texture", "mean smoothness"), (8, 8, 8), 1, 1e-1),
    Recipe("iris", IRIS, (5, 5), 0, 1e-1),
    Recipe("iris", IRIS, (5, 5, 5, 5), 1, 1e-1),
    Recipe("diabetes", ("age", "bmi", "bp", "s3", "s5"), (16, 16), 1, 1e-1),
)


def trained(recipe: Recipe) -> tuple[Weights, str]:
    """The float32 weights of a recipe, and one line that says what was learnt."""
    load = {
        "cancer": datasets.load_breast_cancer,
        "diabetes": lambda: datasets.load_diabetes(scaled=False),
        "iris": datasets.load_iris,
    }
    bunch = load[recipe.dataset]()
    columns = [list(bunch.feature_names).index(name) for name in recipe.features]
    raw = bunch.data[:, columns]
    low, high = raw.min(axis=0), raw.max(axis=0)
    points = 2 * (raw - low) / (high - low) - 1
    target = bunch.target
    learner = MLPClassifier
    if recipe.dataset == "diabetes":
        target = (target - target.mean()) / target.std()
        learner = MLPRegressor
    model = learner(
        hidden_layer_sizes=recipe.hidden,
        alpha=recipe.alpha,
        random_state=recipe.seed,
        max_iter=3000,
        n_iter_no_change=50,
    ).fit(points, target)
    weights = [
        (rounded(matrix.T), rounded(bias))
        for matrix, bias in zip(model.coefs_, model.intercepts_, strict=True)
    ]
    ranges = "; ".join(
        f"{name} from {float(a):g} to {float(b):g}"
        for name, a, b in zip(recipe.features, low, high, strict=True)
    )
    score = model.score(points, target)
    return (
        weights,
        f"{recipe.dataset}: {ranges}, each scaled to [-1, 1]; training score {score:.2f}",
    )


def rounded(values: NDArray[np.float64]) -> NDArray[np.float32]:
    """The nearest multiples of 2^-20, which are float32 numbers.

    Weight decay leaves remnants of 1e-40 in dead units; rescaling would round those.
    """
    return (np.round(values * 2**20) / 2**20).astype(np.float32)


def model_of(weights: Weights, name: str, about: str) -> onnx.ModelProto:
    """The ONNX model: Gemm and Relu in turn, no Relu after the last Gemm."""
    nodes, initializers = [], []
    value = "input"
    for index, (matrix, bias) in enumerate(weights):
        last = index == len(weights) - 1
        initializers += [
            numpy_helper.from_array(np.ascontiguousarray(matrix), f"W{index}"),
            numpy_helper.from_array(bias, f"b{index}"),
        ]
        result = "output" if last else f"z{index}"
        nodes.append(
            helper.make_node(
                "Gemm", [value, f"W{index}", f"b{index}"], [result], f"gemm{index}", transB=1
            )
        )
        if not last:
            nodes.append(helper.make_node("Relu", [result], [f"a{index}"], f"relu{index}"))
        value = f"a{index}"
    ends = [
        helper.make_tensor_value_info(end, TensorProto.FLOAT, ["batch", size])
        for end, size in (("input", weights[0][0].shape[1]), ("output", weights[-1][0].shape[0]))
    ]
    graph = helper.make_graph(nodes, name, ends[:1], ends[1:], initializers)
    opsets = [helper.make_opsetid("", 13)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=8, doc_string=about)
    onnx.checker.check_model(model, full_check=True)
    return model


def permuted(weights: Weights, seed: int) -> Weights:
    """The same function: units of every hidden layer permuted, rescaled by powers of two."""
    generator = np.random.default_rng(seed)
    copy = [(matrix.copy(), bias.copy()) for matrix, bias in weights]
    for index in range(len(copy) - 1):
        (matrix, bias), (after, after_bias) = copy[index], copy[index + 1]
        order = generator.permutation(len(bias))
        scale = np.float32(2.0) ** generator.integers(-2, 3, len(bias)).astype(np.float32)
        copy[index] = (matrix[order] * scale[:, None], bias[order] * scale)
        copy[index + 1] = (after[:, order] / scale, after_bias)
    return copy


def activity(weights: Weights, steps: int = 1001) -> NDArray[np.float64]:
    """The share of a grid on [-1, 1]^2 where each unit of the last hidden layer is active."""
    axis = np.linspace(-1, 1, steps)
    values = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    for matrix, bias in weights[:-1]:
        values = np.maximum(values @ matrix.T + bias, 0)
    share: NDArray[np.float64] = (values > 0).mean(axis=0)
    return share


def changed(weights: Weights) -> tuple[Weights, str]:
    """One outgoing weight changed, that of the unit which is active least, but somewhere."""
    share = activity(weights)
    unit = int(np.argmin(np.where(share > 0, share, 2)))
    copy = [(matrix.copy(), bias.copy()) for matrix, bias in weights]
    copy[-1][0][0, unit] += np.float32(0.5)
    return copy, f"last hidden layer, unit {unit}: 1/2 added to its outgoing weight"


def write(weights: Weights, name: str, about: str) -> None:
    """Save one network and say so."""
    onnx.save(model_of(weights, name, about), FOLDER / f"{name}.onnx")
    print(f"{name}.onnx: {about}")


def main(recipes: Sequence[Recipe] = RECIPES) -> None:
    """Train and save every network, and the edited copies of two of them."""
    for recipe in recipes:
        weights, about = trained(recipe)
        outputs = len(weights[-1][1])
        sizes = (len(recipe.features), *recipe.hidden, outputs)
        name = f"{recipe.dataset}_{'-'.join(map(str, sizes))}"
        write(weights, name, about)
        if name in ("cancer_2-16-16-16-1", "diabetes_5-16-16-1"):
            about = f"{name} with its hidden units permuted and rescaled by powers of two"
            write(permuted(weights, recipe.seed), f"{name}_permuted", about)
        if name == "cancer_2-16-16-16-1":
            edited, what = changed(weights)
            write(edited, f"{name}_changed", f"{name} with one weight changed: {what}")


if __name__ == "__main__":
    main()
