"""Networks as programs: float32 in onnxruntime and numpy, float64 in numpy, one thread each."""

import os
import time
from collections.abc import Callable, Sequence
from fractions import Fraction

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from theory.network import Affine, Network
from theory.symmetry import rescaled
from verify.formats.onnx_writer import onnx_model

Points = NDArray[np.floating]
Evaluation = Callable[[Points], Points]


def balanced(network: Network) -> Network:
    """The same function: every hidden unit times a power of two, its largest number in [1, 2).

    Units of forms are integer vectors, whose numbers may be beyond those of float32.
    """
    for index in range(network.hidden_layers):
        layer = network.layers[index]
        factors = [
            _power(max(map(abs, (bias, *(weight for _, weight in row)))))
            for row, bias in zip(layer.rows, layer.bias, strict=True)
        ]
        network = rescaled(network, index, factors)
    return network


def _power(size: Fraction) -> Fraction:
    """The power of two by which a number comes to be at least 1 and less than 2; 1 for 0."""
    if not size:
        return Fraction(1)
    power = Fraction(2) ** (size.denominator.bit_length() - size.numerator.bit_length())
    return power if size * power >= 1 else 2 * power


def rounded(network: Network) -> Network:
    """The network with every number rounded to the nearest float32.

    Raises:
        OverflowError: a number is beyond those of float32.
    """

    def single(value: Fraction) -> Fraction:
        if abs(value) >= Fraction(2) ** 128 - Fraction(2) ** 103:
            raise OverflowError("beyond the numbers of float32")
        return Fraction(float(np.float32(float(value))))

    layers = []
    for layer in network.layers:
        rows = (tuple((column, single(weight)) for column, weight in row) for row in layer.rows)
        kept = tuple(tuple(entry for entry in row if entry[1]) for row in rows)
        layers.append(Affine(layer.inputs, kept, tuple(map(single, layer.bias))))
    return Network(tuple(layers))


def by_onnxruntime(network: Network) -> Evaluation:
    """The rounded network in onnxruntime, dense layers."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    content = onnx_model(rounded(network)).SerializeToString()
    session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    kind = np.float32 if session.get_inputs()[0].type == "tensor(float)" else np.float64

    def evaluate(points: Points) -> Points:
        found: Points = session.run(None, {"input": points.astype(kind, copy=False)})[0]
        return found

    return evaluate


def by_numpy(network: Network, kind: type[np.floating]) -> Evaluation:
    """The network in numpy, dense layers, numbers rounded to the nearest of a kind.

    Layers write to arrays that are kept, or else the allocation of memory is what is measured.
    """
    layers = []
    for layer in network.layers:
        weight = np.zeros((layer.inputs, layer.outputs), kind)
        for index, row in enumerate(layer.rows):
            for column, entry in row:
                weight[column, index] = float(entry)
        layers.append((weight, np.array([float(bias) for bias in layer.bias], kind)))
    kept: dict[int, list[Points]] = {}

    def evaluate(points: Points) -> Points:
        count = len(points)
        if count not in kept:
            kept[count] = [np.empty((count, len(bias)), kind) for _, bias in layers]
        value = points.astype(kind, copy=False)
        for index, ((weight, bias), place) in enumerate(zip(layers, kept[count], strict=True)):
            if index:
                np.maximum(value, 0, out=value)
            np.matmul(value, weight, out=place)
            place += bias
            value = place
        return value

    return evaluate


def ratios(
    evaluations: Sequence[Evaluation], points: Points, rounds: int, seconds: float
) -> list[float]:
    """How many times as long each takes as the first: the best of rounds in which all take turns.

    Computing time of this thread, in which all the work is done, so that a busy machine matters
    less. In a round each is called for about so many seconds, at least once.
    """
    calls = [max(1, round(seconds / _duration(one, points, 1))) for one in evaluations]
    best = [float("inf")] * len(evaluations)
    for _ in range(rounds):
        for index, (one, count) in enumerate(zip(evaluations, calls, strict=True)):
            best[index] = min(best[index], _duration(one, points, count) / count)
    return [duration / best[0] for duration in best]


def _duration(evaluation: Evaluation, points: Points, calls: int) -> float:
    evaluation(points)  # the first call after another program's is slower
    started = time.thread_time()
    for _ in range(calls):
        evaluation(points)
    return time.thread_time() - started
