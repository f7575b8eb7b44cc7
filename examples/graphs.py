"""Trains the graphs of examples/graphs/ with PyTorch and exports them, once: the files are kept.

Networks that are no chains: convolutions, residual blocks, maximum pools, a softmax at the end.
Inputs are scikit-learn's digits of 8 x 8 pixels scaled to [0, 1], or two columns of its breast
cancer data scaled to [-1, 1]. Nothing is rounded: the weights are the float32 numbers that
PyTorch exports, batch normalisations folded into convolutions by its exporter.

Run it where torch, onnx, onnxscript and scikit-learn are installed, none of which the project
needs for this but onnx; another version of torch may train other weights.
"""

import argparse
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from sklearn import datasets
from torch import nn
from torch.nn import functional

FOLDER = Path(__file__).parent / "graphs"
EPOCHS, BATCH, RATE, TEST = 40, 32, 0.01, 360


class Residual(nn.Module):  # type: ignore[misc]  # types are checked without torch
    """relu(x + f(x)) for convolutions f, or x + f(x) for linear maps f."""

    def __init__(self, inner: nn.Module, after: nn.Module) -> None:
        super().__init__()
        self.inner, self.after = inner, after

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        """The block after values of any batch."""
        return self.after(values + self.inner(values))


def convolutional() -> nn.Module:
    """Two convolutions with stride 2, a batch normalisation, and a linear layer."""
    return nn.Sequential(
        nn.Conv2d(1, 4, 3, stride=2, padding=1),
        nn.BatchNorm2d(4),
        nn.ReLU(),
        nn.Conv2d(4, 8, 3, stride=2, padding=1, groups=2),
        nn.LeakyReLU(0.125),
        nn.Flatten(),
        nn.Linear(32, 10),
    )


def residual() -> nn.Module:
    """A convolutional residual block between a stem and a global mean."""
    inner = nn.Sequential(
        nn.Conv2d(6, 6, 3, padding=1, bias=False),
        nn.BatchNorm2d(6),
        nn.ReLU(),
        nn.Conv2d(6, 6, 3, padding=1, bias=False),
        nn.BatchNorm2d(6),
    )
    return nn.Sequential(
        nn.Conv2d(1, 6, 3, stride=2, padding=1),
        nn.ReLU(),
        Residual(inner, nn.ReLU()),
        nn.AvgPool2d(2, ceil_mode=True),
        nn.Flatten(),
        nn.Linear(24, 10),
    )


def pooled() -> nn.Module:
    """Two maximum pools, one with padding, and a softmax."""
    return nn.Sequential(
        nn.Conv2d(1, 3, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(3, 6, 3, padding=1),
        nn.ReLU6(),
        nn.MaxPool2d(3, stride=2, padding=1),
        nn.Flatten(),
        nn.Linear(24, 10),
        nn.Softmax(dim=1),
    )


def stream() -> nn.Module:
    """Two inputs, a stream of two numbers and two blocks of five units on it."""
    blocks = [
        Residual(nn.Sequential(nn.Linear(2, 5), nn.ReLU(), nn.Linear(5, 2)), nn.Identity())
        for _ in range(2)
    ]
    return nn.Sequential(*blocks, nn.Linear(2, 1))


class Operators(nn.Module):  # type: ignore[misc]  # as above
    """Many operators in one graph, not trained: a test for readers."""

    def __init__(self) -> None:
        super().__init__()
        self.larger = nn.Upsample(scale_factor=2)
        self.normal = nn.BatchNorm2d(2)
        self.normal.running_var.fill_(0.7)
        self.spread = nn.ConvTranspose2d(2, 1, 3, stride=2)
        self.bent, self.hard, self.last = nn.PReLU(1), nn.Hardsigmoid(), nn.Linear(9, 3)

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        """Five numbers from 2 x 2 x 2."""
        values = self.normal(self.larger(values)[:, :, :3, :3])
        values = functional.pad(values, (1, 0, 0, 1))[:, :, :-1, 1:]
        values = self.bent(self.spread(values))
        values = torch.maximum(self.hard(values), torch.abs(values) - 1).mean(dim=1)
        values = functional.hardtanh(values)[:, :3, :3]
        one, other = self.last(values.reshape(values.size(0), -1)).chunk(2, 1)
        parts = [functional.hardtanh(one), torch.minimum(one, other), one.amax(1, keepdim=True)]
        return torch.cat(parts, 1)


def digits() -> tuple[torch.Tensor, torch.Tensor]:
    """All images, 1 x 8 x 8, and labels, in an order of their own."""
    bunch = datasets.load_digits()
    order = np.random.default_rng(0).permutation(len(bunch.target))
    points = torch.tensor(bunch.images[order] / 16, dtype=torch.float32).unsqueeze(1)
    return points, torch.tensor(bunch.target[order])


def cancer() -> tuple[torch.Tensor, torch.Tensor]:
    """Mean radius and mean texture, and whether a tumour is benign."""
    bunch = datasets.load_breast_cancer()
    raw = bunch.data[:, :2]
    order = np.random.default_rng(0).permutation(len(raw))
    low, high = raw.min(axis=0), raw.max(axis=0)
    points = torch.tensor((2 * (raw - low) / (high - low) - 1)[order], dtype=torch.float32)
    return points, torch.tensor(bunch.target[order], dtype=torch.float32)


def scores(model: nn.Module, points: torch.Tensor) -> torch.Tensor:
    """The outputs without a final softmax, whose logarithm the loss takes by itself."""
    layers = list(model.children())
    if isinstance(layers[-1], nn.Softmax):
        model = nn.Sequential(*layers[:-1])
    return model(points)


def trained(model: nn.Module, points: torch.Tensor, labels: torch.Tensor) -> str:
    """Train a model in place and say what it has learnt."""
    binary = labels.is_floating_point()
    loss = nn.BCEWithLogitsLoss() if binary else nn.CrossEntropyLoss()
    split = len(points) - TEST if not binary else len(points) - 100
    optimiser = torch.optim.Adam(model.parameters(), lr=RATE)
    schedule = torch.optim.lr_scheduler.LinearLR(optimiser, 1.0, 0.0, EPOCHS)
    generator = torch.Generator().manual_seed(0)
    model.train()
    for _ in range(EPOCHS):
        for some in torch.randperm(split, generator=generator).split(BATCH):
            optimiser.zero_grad()
            found = scores(model, points[some])
            loss(found.squeeze(1) if binary else found, labels[some]).backward()
            optimiser.step()
        schedule.step()
    model.eval()
    with torch.no_grad():
        found = scores(model, points[split:])
    right = (
        (found.squeeze(1) > 0) == (labels[split:] > 0)
        if binary
        else (found.argmax(dim=1) == labels[split:])
    )
    return f"test accuracy {float(right.float().mean()):.3f}"


def exported(model: nn.Module, point: torch.Tensor, path: Path, about: str) -> None:
    """Write the model as an ONNX file, one input at a time."""
    torch.onnx.export(
        model,
        (point,),
        str(path),
        input_names=["input"],
        output_names=["output"],
        opset_version=13,
        dynamo=False,
    )
    found = onnx.load(str(path))
    found.doc_string = about
    onnx.checker.check_model(found, full_check=True)
    onnx.save(found, str(path))
    operators = ", ".join(dict.fromkeys(node.op_type for node in found.graph.node))
    print(f"{path.name}: {about} ({operators})", flush=True)


def permuted(path: Path, copy: Path) -> None:
    """The residual network with the inner channels of its block permuted and rescaled."""
    found = onnx.load(str(path))
    first, second = [node for node in found.graph.node if node.op_type == "Conv"][1:]
    tensors = {tensor.name: tensor for tensor in found.graph.initializer}
    generator = np.random.default_rng(1)
    values = {
        name: numpy_helper.to_array(tensors[name]) for name in (*first.input[1:], second.input[1])
    }
    weight, bias, after = values.values()
    order = generator.permutation(len(bias))
    scale = np.float32(2.0) ** generator.integers(-2, 3, len(bias)).astype(np.float32)
    changed = (
        weight[order] * scale[:, None, None, None],
        bias[order] * scale,
        after[:, order] / scale[:, None, None],
    )
    for name, value in zip(values, changed, strict=True):
        tensors[name].CopyFrom(numpy_helper.from_array(np.ascontiguousarray(value), name))
    found.doc_string = f"{path.stem} with the inner channels of its block permuted and rescaled"
    onnx.checker.check_model(found, full_check=True)
    onnx.save(found, str(copy))
    print(f"{copy.name}: {found.doc_string}")


def main() -> None:
    """Train and export every graph."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-o", type=Path, default=FOLDER, help="where the networks go")
    folder = parser.parse_args().o
    folder.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    recipes = (
        ("digits_convolutions", convolutional, digits()),
        ("digits_residual", residual, digits()),
        ("digits_pools", pooled, digits()),
        ("cancer_residual", stream, cancer()),
    )
    for name, build, (points, labels) in recipes:
        torch.manual_seed(1)
        model = build()
        about = f"{name}: {trained(model, points, labels)}"
        exported(model, points[:1], folder / f"{name}.onnx", about)
    torch.manual_seed(1)
    operators = Operators().eval()
    exported(operators, torch.zeros(1, 2, 2, 2), folder / "operators.onnx", "operators: untrained")
    permuted(folder / "digits_residual.onnx", folder / "digits_residual_permuted.onnx")


if __name__ == "__main__":
    main()
