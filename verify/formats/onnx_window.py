"""Windows of ONNX convolutions and pools: which elements lie under a kernel at every position."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from verify.formats.onnx_node import Node
from verify.formats.onnx_value import Array, Shape

PADDING, OUTSIDE = -1, -2  # in the place of an element's number


@dataclass(frozen=True, slots=True)
class Window:
    """How a kernel moves over the spatial axes, one entry per axis.

    Attributes:
        sizes: The sizes of the axes, without padding.
        kernel: The number of places along every axis.
        stride: The steps between positions.
        dilation: The steps between places.
        before: The padding before the first element.
        after: The padding after the last element.
        ceiling: Whether a last position counts that reaches beyond the padding.
    """

    sizes: Shape
    kernel: Shape
    stride: Shape
    dilation: Shape
    before: Shape
    after: Shape
    ceiling: bool = False

    def extent(self, axis: int) -> int:
        """The number of places that the kernel spans with its gaps."""
        return (self.kernel[axis] - 1) * self.dilation[axis] + 1

    @property
    def places(self) -> Shape:
        """The number of positions along every axis."""
        return tuple(map(self._places, range(len(self.sizes))))

    def _places(self, axis: int) -> int:
        start, stride = self.sizes[axis] + self.before[axis], self.stride[axis]
        room = start + self.after[axis] - self.extent(axis)
        if not self.ceiling:
            return room // stride + 1
        found = -(-room // stride) + 1
        return found - ((found - 1) * stride >= start)  # a position starts before the padding

    def padded(self, index: Array) -> Array:
        """The numbers of (images, channels, *spatial), with marks around them."""
        ends = zip(self.before, self.after, strict=True)
        found = np.pad(index, [(0, 0), (0, 0), *ends], constant_values=PADDING)
        last = zip(self.places, self.stride, strict=True)
        reach = [(count - 1) * stride + self.extent(n) for n, (count, stride) in enumerate(last)]
        sizes = zip(reach, found.shape[2:], strict=True)
        beyond = [(0, max(0, most - size)) for most, size in sizes]
        return np.pad(found, [(0, 0), (0, 0), *beyond], constant_values=OUTSIDE)

    def over(self, padded: Array, position: Shape) -> list[int]:
        """The entries of (channels, *spatial) under the kernel at a position, channel first."""
        slices = tuple(
            slice(start * stride, start * stride + self.extent(axis), self.dilation[axis])
            for axis, (start, stride) in enumerate(zip(position, self.stride, strict=True))
        )
        found: list[int] = padded[(slice(None), *slices)].ravel().tolist()
        return found

    def windows(self, index: Array) -> Iterator[list[int]]:
        """What lies under the kernel, channel by channel, position by position."""
        for image in self.padded(index):
            for channel in image:
                for position in np.ndindex(*self.places):
                    yield self.over(channel[np.newaxis], position)


def window_of(node: Node, sizes: Shape, kernel: Shape) -> Window:
    """The window that the attributes of a node describe.

    Raises:
        InputError: they do not fit the input.
    """
    axes = len(sizes)
    stride, dilation = spaced(node, axes)
    if (node.integers("kernel_shape") or kernel) != kernel:
        declared = list(node.integers("kernel_shape") or ())
        raise node.malformed(f"kernel_shape {declared} is not that of the weights")
    pads = node.integers("pads") or (0,) * (2 * axes)
    if len(kernel) != axes or len(pads) != 2 * axes or min(pads) < 0 or min(kernel) < 1:
        raise node.malformed("strides, dilations or pads do not fit the input")
    ceiling = bool(node.integer("ceil_mode", 0))
    mode = node.word("auto_pad", "NOTSET")
    if mode == "VALID":
        pads = (0,) * (2 * axes)
    elif mode in {"SAME_UPPER", "SAME_LOWER"}:
        pads = _same_pads(Window(sizes, kernel, stride, dilation, (), ()), mode)
    elif mode != "NOTSET":
        raise node.malformed(f"unknown auto_pad {mode!r}")
    found = Window(sizes, kernel, stride, dilation, pads[:axes], pads[axes:], ceiling)
    room = zip(sizes, found.before, found.after, strict=True)
    if any(sum(one) < found.extent(axis) for axis, one in enumerate(room)):
        raise node.malformed(f"the kernel {list(kernel)} is larger than the input")
    return found


def spaced(node: Node, axes: int) -> tuple[Shape, Shape]:
    """Strides and dilations, 1 where none are given."""
    stride = node.integers("strides") or (1,) * axes
    dilation = node.integers("dilations") or (1,) * axes
    if (len(stride), len(dilation)) != (axes, axes) or min(*stride, *dilation) < 1:
        raise node.malformed("strides, dilations or pads do not fit the input")
    return stride, dilation


def _same_pads(window: Window, mode: str) -> Shape:
    """Pads for ceil(size / stride) outputs; the odd one lies after (UPPER) or before (LOWER)."""
    totals = [
        max((-(-size // stride) - 1) * stride + window.extent(axis) - size, 0)
        for axis, (size, stride) in enumerate(zip(window.sizes, window.stride, strict=True))
    ]
    small, large = [total // 2 for total in totals], [total - total // 2 for total in totals]
    return (*small, *large) if mode == "SAME_UPPER" else (*large, *small)
