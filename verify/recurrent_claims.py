"""Claims on networks without recurrence, derived from recurrent ones; standard library alone.

The ground of `verify.invariant_checker`, `verify.simulation_checker` and
`verify.unrolling_checker`. They derive, from recurrent networks and what is said about them, a
few ordinary claims (notes/certificate-format.md), each with the steps of its certificate, and
hand each to `verify.checker`. Nothing is searched for.
"""

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from hashlib import sha256
from json import dumps

if not __package__:  # run as a file: verify.checker is beside it
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from verify.checker import (
    MalformedError,
    Proof,
    RejectedError,
    answered,
    document,
    expect,
    fields,
    integers,
    require,
    typed,
)
from verify.checker import check as checked_claim
from verify.zonotope_checker import ZonotopeProof

Row = dict[int, Fraction]
Reader = Callable[[str], bytes]  # the content of a file beside the one that is checked
ONE = Fraction(1)


@dataclass(frozen=True, eq=False)
class Map:
    """An affine map; rows are {column: weight}."""

    inputs: int
    rows: tuple[Row, ...]
    bias: tuple[Fraction, ...]

    @cached_property
    def text(self) -> str:
        """The layer in canonical JSON, made once: many claims share their layers."""
        rows = [
            [entry for column in sorted(row) for entry in (column, str(row[column]))]
            for row in self.rows
        ]
        return json_text({"bias": [str(entry) for entry in self.bias], "rows": rows})

    def of(self, row: Row, bias: Fraction) -> tuple[Row, Fraction]:
        """The sum of weight * output plus bias, in terms of the inputs."""
        total: Row = {}
        for through, factor in row.items():
            bias += factor * self.bias[through]
            for column, weight in self.rows[through].items():
                total[column] = total.get(column, Fraction(0)) + factor * weight
        return {column: weight for column, weight in total.items() if weight}, bias

    def after(self, inner: "Map") -> "Map":
        """X -> self(inner(x))."""
        expect(self.inputs == len(inner.bias), "maps: their sizes do not fit")
        pairs = [inner.of(row, bias) for row, bias in zip(self.rows, self.bias, strict=True)]
        return Map(inner.inputs, tuple(row for row, _ in pairs), tuple(bias for _, bias in pairs))

    def beside(self, other: "Map") -> "Map":
        """X -> (self(x), other(x))."""
        expect(self.inputs == other.inputs, "maps: they have other inputs")
        return Map(self.inputs, self.rows + other.rows, self.bias + other.bias)

    def picked(self, places: Iterable[int]) -> "Map":
        """Some outputs, in this order."""
        chosen = list(places)
        rows = tuple(self.rows[place] for place in chosen)
        return Map(self.inputs, rows, tuple(self.bias[place] for place in chosen))


def units(inputs: int, places: Iterable[int], weight: Fraction = ONE) -> Map:
    """X -> weight * (x_i for i in places)."""
    rows: tuple[Row, ...] = tuple({place: weight} for place in places)
    return Map(inputs, rows, (Fraction(0),) * len(rows))


def constants(inputs: int, values: Sequence[Fraction]) -> Map:
    """X -> values."""
    return Map(inputs, ({},) * len(values), tuple(values))


@dataclass(frozen=True, slots=True)
class Recurrent:
    """A recurrent network: h_t = s(step(h, x)), y_t = output(h_t), from a start."""

    activation: str
    inputs: int
    start: tuple[Fraction, ...]
    step: Map
    output: Map


Layers = tuple[Map, ...]  # with relu between them


def stepped(network: Recurrent, entry: Map) -> Layers:
    """X -> s(step(entry(x))), where entry gives states and inputs: one hidden layer, relu.

    s(v) = relu(v), relu(v) - relu(v - 1) for the saturated units, relu(v) - relu(-v) for linear.
    """
    values = network.step.after(entry)
    size = len(values.bias)
    if network.activation == "relu":
        return values, units(size, range(size))
    if network.activation == "saturated":
        second = Map(values.inputs, values.rows, tuple(bias - 1 for bias in values.bias))
    else:
        second = units(size, range(size), -ONE).after(values)
    rows: tuple[Row, ...] = tuple({unit: ONE, size + unit: -ONE} for unit in range(size))
    return values.beside(second), Map(2 * size, rows, (Fraction(0),) * size)


def together(left: Layers, right: Layers) -> Layers:
    """X -> (left(x), right(x)) for networks with one hidden layer."""
    (first, outer), (second, other) = left, right
    size = outer.inputs + other.inputs
    moved = tuple({outer.inputs + unit: w for unit, w in row.items()} for row in other.rows)
    both = Map(size, outer.rows + moved, outer.bias + other.bias)
    return first.beside(second), both


def advanced(layers: Layers, network: Recurrent, carried: int = 0) -> Layers:
    """The layers whose outputs are (h, x, rest), with one more step: (s(step(h, x)), rest).

    The rest are `carried` numbers of any sign: v = relu(v) - relu(-v).
    """
    last, before = layers[-1], network.step.inputs
    new = stepped(network, last.picked(range(before)))
    if carried:
        rest = last.picked(range(before, before + carried))
        line = Recurrent("identity", 0, (), units(carried, range(carried)), constants(0, ()))
        new = together(new, stepped(line, rest))
    return (*layers[:-1], *new)


def followed(layers: Layers, outer: Layers) -> Layers:
    """The layers of x -> outer(layers(x))."""
    return (*layers[:-1], outer[0].after(layers[-1]), *outer[1:])


@dataclass(frozen=True, slots=True)
class Obligation:
    """A claim on two networks and a domain, as that they are equal, and the steps that prove it.

    Attributes:
        name: For people.
        files: claim.json, left.json and right.json.
        steps: Those of an ordinary certificate; None where they are still to be found.
    """

    name: str
    files: dict[str, bytes]
    steps: object = None

    @staticmethod
    def equal(name: str, left: Layers, right: Layers, domain: object) -> "Obligation":
        """The claim left(x) = right(x) for every x of the domain, which is a JSON value."""
        return Obligation.related(name, left, right, domain, "exact")

    @staticmethod
    def related(
        name: str, left: Layers, right: Layers, domain: object, relation: str
    ) -> "Obligation":
        """The claim with a relation, as `exact` or `eps=1/100`."""
        files = {"left.json": network_bytes(left), "right.json": network_bytes(right)}
        sides = {
            side: {"file": file, "name": side, "sha256": sha256(files[file]).hexdigest()}
            for side, file in (("left", "left.json"), ("right", "right.json"))
        }
        claim = {"domain": domain, "format": "relucert-claim", "relation": relation, "version": 1}
        files["claim.json"] = json_bytes({**claim, **sides})
        return Obligation(name, files)

    @property
    def certificate(self) -> bytes:
        """certificate.json, bound to the claim."""
        head = {
            "claim": sha256(self.files["claim.json"]).hexdigest(),
            "format": "relucert-certificate",
            "steps": self.steps,
            "version": 1,
        }
        return json_bytes(head)

    def check(self) -> Proof:
        """The finished proof.

        Raises:
            MalformedError, RejectedError: the steps do not prove the claim.
        """
        files = {**self.files, "certificate.json": self.certificate}

        def read(name: str) -> list[bytes]:
            return files[name].splitlines(True)

        try:
            return checked_claim(read, "claim.json", "certificate.json", ZonotopeProof)
        except (MalformedError, RejectedError) as error:
            raise type(error)(f"{self.name}: {error}") from None


def json_bytes(value: object) -> bytes:
    """The canonical text: sorted keys, no blanks, one final line feed."""
    return f"{json_text(value)}\n".encode("ascii")


def json_text(value: object) -> str:
    """The canonical text without its line feed."""
    return dumps(value, sort_keys=True, separators=(",", ":"))


def network_bytes(layers: Layers) -> bytes:
    """The exact JSON form of a network."""
    listed = ",".join(layer.text for layer in layers)
    head = f'"format":"relucert-network","inputs":{layers[0].inputs}'
    return f'{{{head},"layers":[{listed}],"version":1}}\n'.encode("ascii")


def rationals(value: object, what: str) -> tuple[Fraction, ...]:
    """A list of exact texts as numbers."""
    numbers, scale = integers(value, what)
    return tuple(Fraction(number, scale) for number in numbers)


def read_map(value: object, inputs: int, what: str) -> Map:
    """An affine map from its object {"bias", "rows"}."""
    bias, rows = fields(value, "bias rows", what)
    found: list[Row] = []
    for row in typed(rows, list, what):
        columns = [typed(column, int, what) for column in typed(row, list, what)[::2]]
        weights = rationals(row[1::2], what)
        fits = len(columns) == len(weights) and all(0 <= column < inputs for column in columns)
        expect(fits and columns == sorted(set(columns)), f"{what}: expected columns and weights")
        found.append(dict(zip(columns, weights, strict=True)))
    numbers = rationals(bias, what)
    expect(len(numbers) == len(found), f"{what}: expected one bias per row")
    return Map(inputs, tuple(found), numbers)


def read_layers(value: object, what: str) -> Layers:
    """The layers of a network in its exact JSON form."""
    keys = "format inputs layers version"
    name, inputs, listed, version = fields(value, keys, what)
    known = name == "relucert-network" and typed(version, int, what) == 1
    expect(known and typed(inputs, int, what) > 0, f"{what}: expected a relucert-network")
    layers: list[Map] = []
    for layer in typed(listed, list, what):
        layers.append(read_map(layer, len(layers[-1].bias) if layers else inputs, what))
    expect(layers and layers[-1].bias, f"{what}: expected layers and outputs")
    return tuple(layers)


def read_recurrent(data: bytes, what: str) -> Recurrent:
    """A recurrent network from the bytes of its file."""
    keys = "activation inputs output start step"
    activation, inputs, output, start, step = document(data, "recurrent", keys)
    known = activation in ("relu", "saturated", "identity")
    expect(known, f"{what}: expected the activation relu, saturated or identity")
    expect(typed(inputs, int, what) >= 0, f"{what}: expected a number of inputs")
    state = rationals(start, what)
    step_map = read_map(step, len(state) + inputs, what)
    output_map = read_map(output, len(state), what)
    expect(len(step_map.bias) == len(state), f"{what}: expected a row of the step for each unit")
    expect(output_map.bias, f"{what}: expected outputs")
    return Recurrent(activation, inputs, state, step_map, output_map)


def beside(read: Reader, value: object, what: str) -> bytes:
    """The content of the file that an object {"file", "sha256"} names."""
    file, digest = (typed(text, str, what) for text in fields(value, "file sha256", what))
    plain = file == os.path.basename(file) != "" and file.isascii() and file.isprintable()
    expect(plain, f"{what}: expected a plain file name")
    data = read(file)
    require(sha256(data).hexdigest() == digest, f"{what}: it is another file")
    return data


def proved(obligations: Sequence[Obligation], proofs: object) -> list[Obligation]:
    """The obligations, each with its steps."""
    steps = typed(proofs, list, "proofs")
    expect(len(steps) == len(obligations), f"proofs: expected {len(obligations)}")
    pairs = zip(obligations, steps, strict=True)
    return [Obligation(one.name, one.files, typed(list_, list, "proofs")) for one, list_ in pairs]


def reader_of(folder: str) -> Reader:
    """Reads the files of a folder."""

    def read(name: str) -> bytes:
        with open(os.path.join(folder, name), "rb") as source:
            return source.read()

    return read


def run(arguments: list[str], check: Callable[[Reader, bytes], str]) -> int:
    """Check one file, print one line, return the exit status."""

    def told() -> str:
        expect(len(arguments) == 1, "expected one file")
        folder, name = os.path.split(arguments[0])
        read = reader_of(folder)
        return check(read, read(name))

    return answered(told, MemoryError, OverflowError)
