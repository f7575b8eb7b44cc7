"""Trains the digit classifiers of examples/digits/, once: l1 regularisation, several strengths.

The loss is cross-entropy plus strength * (sum of |weight|, biases left out), minimised by Adam with
subgradients and a rate that falls to 0, on scikit-learn's 1797 digits of 8 x 8 pixels scaled to
[0, 1]. One split into 1437 training and 360 test images serves all; a seed chooses the first
weights and the order of the images. Weights are rounded to multiples of 2^-20.
Run it by `make examples`; another build of numpy may train other weights.
"""

import argparse
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from sklearn.datasets import load_digits
from train import Weights, model_of, rounded

FOLDER = Path(__file__).parent / "digits"
SIZES = (64, 32, 32, 10)
STRENGTHS = (0.0, 0.0001, 0.0003, 0.001, 0.002, 0.005)
SEEDS = (1, 2, 3)
EPOCHS, BATCH, RATE = 100, 32, 0.002
TRAINING_IMAGES = 1437

Array = NDArray[np.float64]
Labels = NDArray[np.int64]


def images() -> tuple[Array, Labels, Array, Labels]:
    """Training images and labels, test images and labels."""
    bunch = load_digits()
    order = np.random.default_rng(0).permutation(len(bunch.data))
    chosen, rest = order[:TRAINING_IMAGES], order[TRAINING_IMAGES:]
    points, labels = bunch.data / 16, bunch.target.astype(np.int64)
    return points[chosen], labels[chosen], points[rest], labels[rest]


class Classifier:
    """A ReLU network of given sizes, its weights and biases in one list, and Adam's moments."""

    def __init__(self, sizes: tuple[int, ...], generator: np.random.Generator) -> None:
        ends = list(pairwise(sizes))
        self.layers = len(ends)
        self.parameters: list[Array] = [
            generator.normal(0, np.sqrt(2 / inputs), (outputs, inputs)) for inputs, outputs in ends
        ]
        self.parameters += [np.zeros(outputs) for _, outputs in ends]
        self._first = [np.zeros_like(parameter) for parameter in self.parameters]
        self._second = [np.zeros_like(parameter) for parameter in self.parameters]
        self._steps = 0

    def values(self, points: Array) -> list[Array]:
        """The points, every hidden layer's units, the scores."""
        found = [points]
        for layer in range(self.layers):
            weight, bias = self.parameters[layer], self.parameters[self.layers + layer]
            scores = found[-1] @ weight.T + bias
            found.append(scores if layer == self.layers - 1 else np.maximum(scores, 0))
        return found

    def gradients(self, points: Array, labels: Labels, strength: float) -> list[Array]:
        """Of the mean cross-entropy plus strength * l1 norm, in the order of the parameters."""
        values = self.values(points)
        shares = np.exp(values[-1] - values[-1].max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        shares[np.arange(len(labels)), labels] -= 1
        error = shares / len(labels)
        found = [np.zeros(0)] * len(self.parameters)
        for layer in reversed(range(self.layers)):
            weight = self.parameters[layer]
            found[layer] = error.T @ values[layer] + strength * np.sign(weight)
            found[self.layers + layer] = error.sum(axis=0)
            error = (error @ weight) * (values[layer] > 0)
        return found

    def step(self, gradients: list[Array], rate: float) -> None:
        """One step of Adam (Kingma, Ba 2015, arXiv 1412.6980)."""
        self._steps += 1
        slow, fast = 1 - 0.9**self._steps, 1 - 0.999**self._steps
        for index, gradient in enumerate(gradients):
            self._first[index] = 0.9 * self._first[index] + 0.1 * gradient
            self._second[index] = 0.999 * self._second[index] + 0.001 * gradient**2
            scale = np.sqrt(self._second[index] / fast) + 1e-8
            self.parameters[index] -= rate * (self._first[index] / slow) / scale

    @property
    def weights(self) -> Weights:
        """Matrix and bias of every layer, as they are stored."""
        count = self.layers
        pairs = zip(self.parameters[:count], self.parameters[count:], strict=True)
        return [(rounded(weight), rounded(bias)) for weight, bias in pairs]


def trained(strength: float, seed: int) -> tuple[Weights, str]:
    """The weights of one classifier, and one line that says what was learnt."""
    points, labels, test_points, test_labels = images()
    generator = np.random.default_rng(seed)
    model = Classifier(SIZES, generator)
    for epoch in range(EPOCHS):
        rate = RATE * (1 - epoch / EPOCHS)
        order = generator.permutation(len(points))
        for start in range(0, len(order), BATCH):
            some = order[start : start + BATCH]
            model.step(model.gradients(points[some], labels[some], strength), rate)
    weights = model.weights
    scores = [accuracy(weights, points, labels), accuracy(weights, test_points, test_labels)]
    about = (
        f"digits: 64 pixels, each scaled to [0, 1]; l1 strength {strength:g}, seed {seed}; "
        f"training accuracy {scores[0]:.3f}, test accuracy {scores[1]:.3f}"
    )
    return weights, about


def accuracy(weights: Weights, points: Array, labels: Labels) -> float:
    """The share of the images that the stored weights decide rightly."""
    values = points
    for index, (matrix, bias) in enumerate(weights):
        values = values @ matrix.T.astype(np.float64) + bias
        if index < len(weights) - 1:
            values = np.maximum(values, 0)
    return float((values.argmax(axis=1) == labels).mean())


def write_centres(folder: Path) -> None:
    """Save the first test image of every digit: centres of local domains, a file each."""
    _, _, points, labels = images()
    for digit in range(10):
        image = points[np.flatnonzero(labels == digit)[0]]
        text = ",".join(f"{float(pixel):g}" for pixel in image)
        (folder / f"test_{digit}.csv").write_text(f"{text}\n", encoding="ascii")


def recipes() -> Iterator[tuple[float, int]]:
    """Strengths and seeds in the order of the table."""
    for strength in STRENGTHS:
        for seed in SEEDS:
            yield strength, seed


def main() -> None:
    """Train and save every classifier."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-o", type=Path, default=FOLDER, help="where the networks go")
    folder = parser.parse_args().o
    folder.mkdir(parents=True, exist_ok=True)
    for strength, seed in recipes():
        weights, about = trained(strength, seed)
        name = f"digits_{'-'.join(map(str, SIZES))}_l1-{strength:g}_seed-{seed}"
        onnx.save(model_of(weights, name, about), folder / f"{name}.onnx")
        print(f"{name}.onnx: {about}", flush=True)
    write_centres(folder)


if __name__ == "__main__":
    main()
