"""Trains and exports the transformer blocks of this folder with PyTorch, once: the files are kept.

The eight rows of a digit of 8 x 8 pixels are eight tokens. One encoder block, a mean over the
tokens and a linear layer are trained on scikit-learn's digits, and the block alone is exported.
After training its weights are rounded to multiples of 1/128, so that copies in other bases are
exact in float32; every rewriting below stops where it would have to round. The pre-norm and
post-norm blocks are `nn.TransformerEncoderLayer`, exported by torch.export, as is the block with a
causal mask; the others are written out below and exported by tracing, which takes norms and GELU
to pieces.

Run it where torch, onnx, onnxscript, scikit-learn are installed, none of which the project needs
for this but onnx and scikit-learn; another version of torch may train other weights.
"""

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
import torch
from sklearn import datasets
from torch import nn

FOLDER = Path(__file__).parent
SIZE, HEADS, HIDDEN, TOKENS = 8, 2, 12, 8
EACH = SIZE // HEADS
EPOCHS, RATE, TEST, GRID = 40, 0.01, 360, 128
Weights = dict[str, npt.NDArray[np.float64]]


class Plain(nn.Module):  # type: ignore[misc]  # types are checked without torch
    """A pre-norm block written out; the norm is LayerNorm or, without means, of the squares."""

    def __init__(self, is_centred: bool, weights: str, unit: Callable[..., torch.Tensor]) -> None:
        super().__init__()
        self.is_centred, self.weights, self.unit = is_centred, weights, unit
        self.query, self.key, self.value, self.output = (nn.Linear(SIZE, SIZE) for _ in range(4))
        self.first, self.second = nn.Linear(SIZE, HIDDEN), nn.Linear(HIDDEN, SIZE)
        self.gains = nn.Parameter(torch.ones(2, SIZE))

    def norm(self, values: torch.Tensor, number: int) -> torch.Tensor:
        """The norm before one of the parts, without a shift."""
        if self.is_centred:
            return nn.functional.layer_norm(values, (SIZE,), self.gains[number])
        mean = values.pow(2).mean(-1, keepdim=True)
        return values * torch.rsqrt(mean + 1e-5) * self.gains[number]

    def split(self, values: torch.Tensor) -> torch.Tensor:
        """The heads side by side."""
        return values.view(values.shape[0], values.shape[1], HEADS, EACH).transpose(1, 2)

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        """The block on tokens."""
        seen = self.norm(values, 0)
        query, key, value = (self.split(one(seen)) for one in (self.query, self.key, self.value))
        if self.weights == "causal":
            given = nn.functional.scaled_dot_product_attention(query, key, value, is_causal=True)
        else:
            scores = query @ key.transpose(-2, -1) / EACH**0.5
            weights = torch.relu(scores) if self.weights == "relu" else torch.softmax(scores, -1)
            given = weights @ value
        values = values + self.output(given.transpose(1, 2).reshape(values.shape))
        return values + self.second(self.unit(self.first(self.norm(values, 1))))


class Classifier(nn.Module):  # type: ignore[misc]  # as above
    """A block, the mean over the tokens, and a linear layer."""

    def __init__(self, block: nn.Module) -> None:
        super().__init__()
        self.block, self.last = block, nn.Linear(SIZE, 10)

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        """Ten scores."""
        return self.last(self.block(values).mean(1))


def encoder(hidden: int, is_pre: bool, unit: str) -> nn.Module:
    """PyTorch's own block."""
    return nn.TransformerEncoderLayer(
        SIZE, HEADS, hidden, dropout=0.0, activation=unit, batch_first=True, norm_first=is_pre
    )


def trained(block: nn.Module, seed: int) -> str:
    """Train a block in place, round its weights, and say what it has learnt."""
    bunch = datasets.load_digits()
    order = np.random.default_rng(0).permutation(len(bunch.target))
    points = torch.tensor(bunch.images[order] / 8 - 1, dtype=torch.float32)
    labels = torch.tensor(bunch.target[order])
    split = len(points) - TEST
    model, loss = Classifier(block), nn.CrossEntropyLoss()
    optimiser = torch.optim.Adam(model.parameters(), lr=RATE)
    schedule = torch.optim.lr_scheduler.LinearLR(optimiser, 1.0, 0.0, EPOCHS)
    generator = torch.Generator().manual_seed(seed)
    for _ in range(EPOCHS):
        for some in torch.randperm(split, generator=generator).split(32):
            optimiser.zero_grad()
            loss(model(points[some]), labels[some]).backward()
            optimiser.step()
        schedule.step()
    model.eval()
    with torch.no_grad():
        for parameter in block.parameters():
            parameter.copy_(torch.round(parameter * GRID) / GRID)
        right = model(points[split:]).argmax(1) == labels[split:]
    return f"test accuracy {float(right.float().mean()):.3f}"


def weights_of(block: nn.Module) -> Weights:
    """The weights as float64 numbers."""
    return {name: value.double().numpy() for name, value in block.state_dict().items()}


def filled(block: nn.Module, weights: Weights, is_exact: bool = True) -> nn.Module:
    """The block with other weights.

    Raises:
        ValueError: they are no float32 numbers, and should be.
    """
    for name, value in weights.items():
        if is_exact and (value.astype(np.float32) != value).any():
            raise ValueError(f"{name} would be rounded")
    block.load_state_dict(
        {name: torch.tensor(value.astype(np.float32)) for name, value in weights.items()}
    )
    return block.eval()


def integers(generator: np.random.Generator) -> npt.NDArray[np.float64]:
    """An integer matrix with an integer inverse: shears one after another."""
    found = np.eye(EACH)
    for _ in range(5):
        one, other = generator.choice(EACH, 2, replace=False)
        found[one] += generator.choice([-1, 1]) * found[other]
    return found


def heads(weights: Weights) -> Weights:
    """Both heads in other bases and exchanged, without key bias, value bias in the output's."""
    generator = np.random.default_rng(2)
    found = dict(weights)
    matrix = weights["self_attn.in_proj_weight"].reshape(3, HEADS, EACH, SIZE).copy()
    bias = weights["self_attn.in_proj_bias"].reshape(3, HEADS, EACH).copy()
    output = weights["self_attn.out_proj.weight"].reshape(SIZE, HEADS, EACH).copy()
    shift = weights["self_attn.out_proj.bias"] + np.einsum("shk,hk->s", output, bias[2])
    bias[1:] = 0
    for head in range(HEADS):
        first, second = integers(generator), integers(generator)
        inverses = [np.round(np.linalg.inv(one)) for one in (first, second)]
        for number, base in ((0, first), (1, inverses[0].T), (2, second)):
            matrix[number, head] = base @ matrix[number, head]
            bias[number, head] = base @ bias[number, head]
        output[:, head] = output[:, head] @ inverses[1]
    found["self_attn.in_proj_weight"] = matrix[:, ::-1].reshape(3 * SIZE, SIZE)
    found["self_attn.in_proj_bias"] = bias[:, ::-1].reshape(3 * SIZE)
    found["self_attn.out_proj.weight"] = output[:, ::-1].reshape(SIZE, SIZE)
    found["self_attn.out_proj.bias"] = shift
    return found


def folded(weights: Weights) -> Weights:
    """Gains and shifts of both norms in the linear maps that read them; pre-norm alone."""
    found = dict(weights)
    for norm, name in (("norm1", "self_attn.in_proj_"), ("norm2", "linear1.")):
        gain, shift = weights[f"{norm}.weight"], weights[f"{norm}.bias"]
        matrix = weights[f"{name}weight"]
        found[f"{name}weight"] = matrix * gain
        found[f"{name}bias"] = weights[f"{name}bias"] + matrix @ shift
        found[f"{norm}.weight"], found[f"{norm}.bias"] = np.ones(SIZE), np.zeros(SIZE)
    return found


def permuted(weights: Weights) -> Weights:
    """Hidden units in another order."""
    order = np.random.default_rng(3).permutation(HIDDEN)
    return {
        **weights,
        "linear1.weight": weights["linear1.weight"][order],
        "linear1.bias": weights["linear1.bias"][order],
        "linear2.weight": weights["linear2.weight"][:, order],
    }


def rescaled(weights: Weights) -> Weights:
    """Hidden units rescaled by powers of 2, the first one twice with half the weight."""
    scale = 2.0 ** np.random.default_rng(4).integers(-2, 3, HIDDEN)
    places = [*range(HIDDEN), 0]
    second = weights["linear2.weight"] / scale
    second[:, 0] /= 2
    return {
        **weights,
        "linear1.weight": (weights["linear1.weight"] * scale[:, None])[places],
        "linear1.bias": (weights["linear1.bias"] * scale)[places],
        "linear2.weight": second[:, places],
    }


def turned(weights: Weights) -> Weights:
    """The queries and keys of the first head turned by an angle, which float32 has to round."""
    found = dict(weights)
    angle = np.eye(EACH)
    angle[:2, :2] = [[0.8, -0.6], [0.6, 0.8]]
    for name in ("self_attn.in_proj_weight", "self_attn.in_proj_bias"):
        value = weights[name].copy()
        for start in (0, SIZE):
            value[start : start + EACH] = angle @ value[start : start + EACH]
        found[name] = value
    return found


def exported(block: nn.Module, name: str, about: str, is_free: bool = True) -> None:
    """Write a block as an ONNX file, one sequence at a time."""
    path = FOLDER / f"{name}.onnx"
    point = (torch.zeros(1, TOKENS, SIZE),)
    options: dict[str, object] = {"input_names": ["input"]}
    if isinstance(block, Plain) and block.weights != "causal":
        options["dynamic_axes"] = {"input": {1: "tokens"}} if is_free else None
        options |= {"dynamo": False, "opset_version": 13}
    else:
        free = torch.export.Dim("tokens", min=2, max=4096)
        options["dynamic_shapes"] = ({1: free},) if is_free else None
        options |= {"external_data": False, "verbose": False}
    torch.onnx.export(block, point, str(path), **options)
    found = onnx.load(str(path))
    found.doc_string = about
    for node in found.graph.node:  # notes of the exporter on where it was called
        del node.metadata_props[:]
        node.doc_string = ""
    del found.graph.metadata_props[:], found.metadata_props[:], found.graph.value_info[:]
    onnx.checker.check_model(found, full_check=True)
    onnx.save(found, str(path))
    operators = ", ".join(dict.fromkeys(node.op_type for node in found.graph.node))
    print(f"{path.name}: {about} ({operators})", flush=True)


def of_pytorch() -> None:
    """The blocks of PyTorch and their copies."""
    torch.manual_seed(1)
    block = encoder(HIDDEN, True, "relu")
    about = f"pre_norm: {trained(block, 1)}"
    exported(block.eval(), "pre_norm", about)
    weights = weights_of(block)
    other = permuted(heads(folded(weights)))
    about = "pre_norm in other bases, heads exchanged, biases and norms folded, units permuted"
    exported(filled(encoder(HIDDEN, True, "relu"), other), "pre_norm_rewritten", about)
    about = "pre_norm with hidden units rescaled and one of them twice"
    wider = filled(encoder(HIDDEN + 1, True, "relu"), rescaled(weights))
    exported(wider, "pre_norm_rescaled", about)
    near = filled(encoder(HIDDEN, True, "relu"), turned(weights), is_exact=False)
    exported(near, "pre_norm_rounded", "pre_norm with a head turned and rounded to float32")
    changed = {**weights, "linear1.bias": weights["linear1.bias"].copy()}
    changed["linear1.bias"][3] += 1 / GRID
    about = "pre_norm with one bias changed by 1/128"
    exported(filled(encoder(HIDDEN, True, "relu"), changed), "pre_norm_changed", about)
    torch.manual_seed(2)
    block = encoder(HIDDEN, False, "gelu")
    about = f"post_norm: {trained(block, 2)}"
    exported(block.eval(), "post_norm", about, False)
    weights = weights_of(block)
    about = "post_norm in other bases, heads exchanged, biases folded, units permuted"
    after = filled(encoder(HIDDEN, False, "gelu"), permuted(heads(weights)))
    exported(after, "post_norm_rewritten", about, False)
    about = "post_norm with its norms folded as if they were before the parts, which is wrong"
    wrong = filled(encoder(HIDDEN, False, "gelu"), folded(weights))
    exported(wrong, "post_norm_folded", about, False)


def written_out() -> None:
    """The blocks that are written out above."""
    torch.manual_seed(6)
    block = Plain(True, "causal", nn.functional.gelu)
    about = f"causal, as in a decoder: {trained(block, 6)}"
    exported(block.eval(), "causal", about)
    weights = weights_of(block)
    weights["key.bias"] = np.zeros(SIZE)
    weights["output.bias"] += weights["output.weight"] @ weights["value.bias"]
    weights["value.bias"] = np.zeros(SIZE)
    about = "causal without its key bias, its value bias in that of the output"
    exported(filled(block, weights), "causal_without_biases", about)
    torch.manual_seed(3)
    block = Plain(True, "softmax", nn.functional.gelu)
    about = f"plain, norms and GELU in pieces: {trained(block, 3)}"
    exported(block.eval(), "plain", about)
    torch.manual_seed(4)
    block = Plain(False, "softmax", nn.functional.silu)
    about = f"rms_norm, with SiLU: {trained(block, 4)}"
    exported(block.eval(), "rms_norm", about, False)
    weights = weights_of(block)
    for number, names in enumerate((("query", "key", "value"), ("first",))):
        for name in names:
            weights[f"{name}.weight"] = weights[f"{name}.weight"] * weights["gains"][number]
    weights["gains"] = np.ones((2, SIZE))
    about = "rms_norm with its gains folded"
    exported(filled(block, weights), "rms_norm_folded", about, False)
    torch.manual_seed(5)
    block = Plain(False, "relu", nn.functional.relu)
    about = f"relu_attention: {trained(block, 5)}"
    exported(block.eval(), "relu_attention", about)
    weights = weights_of(block)
    weights["key.bias"] = np.zeros(SIZE)
    about = "relu_attention without its key bias, which relu does not allow"
    exported(filled(block, weights), "relu_attention_without_key_bias", about)


def main() -> None:
    """Train and export every block."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    torch.set_num_threads(1)
    of_pytorch()
    written_out()


if __name__ == "__main__":
    main()
