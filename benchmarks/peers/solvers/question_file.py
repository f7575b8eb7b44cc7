"""What every solver script shares: reading a question with the standard library, answering it."""

import json
import sys
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

Matrix = list[list[float]]
Layer = tuple[Matrix, list[float]]


@dataclass(frozen=True)
class FloatQuestion:
    """Both networks, box and epsilon, in floating point."""

    networks: tuple[list[Layer], list[Layer]]
    box: list[tuple[float, float]]
    epsilon: float

    @property
    def outputs(self) -> int:
        """Of either network."""
        return len(self.networks[0][-1][1])


def read_question(folder: Path) -> FloatQuestion:
    """The question of a folder, every number the nearest float."""
    value = json.loads((folder / "question.json").read_text("ascii"))
    box = [(float(Fraction(low)), float(Fraction(high))) for low, high in value["box"]]
    left, right = (_layers(folder / name) for name in ("left.json", "right.json"))
    return FloatQuestion((left, right), box, float(Fraction(value["epsilon"])))


def _layers(path: Path) -> list[Layer]:
    value = json.loads(path.read_text("ascii"))
    width, layers = value["inputs"], []
    for layer in value["layers"]:
        matrix = []
        for row in layer["rows"]:
            dense = [0.0] * width
            for column, weight in zip(row[::2], row[1::2], strict=True):
                dense[column] = float(Fraction(weight))
            matrix.append(dense)
        layers.append((matrix, [float(Fraction(text)) for text in layer["bias"]]))
        width = len(layer["bias"])
    return layers


def tell(
    answer: str, version: str, point: list[float] | list[str] | None = None, said: str = ""
) -> None:
    """Write the answer as the last line of the output."""
    value = {"answer": answer, "version": version, "point": point, "said": said}
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()
