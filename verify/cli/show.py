"""relucert show NETWORK: what was read."""

from dataclasses import asdict
from typing import Annotated

import typer

from verify.cli.options import AsJson, NetworkFile, Quiet
from verify.cli.terminal import Terminal, counted, sizes

OnnxFile = Annotated[
    str | None,
    typer.Option(
        "--onnx", metavar="FILE", help="Also write it as ONNX, if all its weights are floats."
    ),
]


def show(
    network: NetworkFile, onnx: OnnxFile = None, json: AsJson = False, quiet: Quiet = False
) -> int:
    """Say what was read: layers, widths, cost, exactness, sha256; also of a recurrent network."""
    from verify.errors import InputError
    from verify.formats.network_file import read_network
    from verify.formats.recurrent_json import is_recurrent

    if is_recurrent(network):
        if onnx is not None:
            raise InputError("--onnx", "recurrent networks are not written as ONNX")
        return _recurrent(network, Terminal(json, quiet))
    from verify.network_facts import network_facts

    source = read_network(network)
    facts = network_facts(source)
    lines = [
        f"{facts.name}  {sizes(facts.widths)}  ({facts.format})",
        f"{facts.units} hidden units, {facts.parameters} nonzero weights and biases, "
        f"exactly {facts.exactness}",
        f"dense: {facts.cost.stored} stored numbers, {facts.cost.dense_products} multiply-adds "
        f"({facts.cost.products} without zeros); critical path: "
        f"{counted(facts.cost.layers, 'layer', 'layers')}, {facts.cost.path} operations",
        f"sha256 of the file         {facts.sha256}",
        f"sha256 of the exact form   {facts.canonical_sha256}",
    ]
    lines += [
        f"layer {number}: {layer.inputs} -> {layer.outputs}, {layer.weights} weights, "
        f"{layer.biases} biases, {layer.exactness}, {layer.bits} bits"
        + (f", {layer.zero_rows} zero rows" if layer.zero_rows else "")
        for number, layer in enumerate(facts.layers, start=1)
    ]
    lines += [f"note: {note}" for note in facts.notes]
    if onnx is not None:
        from verify.formats.onnx_writer import write_onnx

        lines.append(f"written: {onnx}  sha256 {write_onnx(source.network, onnx)}")
    Terminal(json, quiet).tell(asdict(facts), lines)
    return 0


def _recurrent(path: str, terminal: Terminal) -> int:
    """Say what was read of a recurrent network."""
    from hashlib import sha256

    from verify.formats.recurrent_json import read_recurrent, recurrent_bytes

    network = read_recurrent(path)
    weights = sum(map(len, (*network.step.rows, *network.output.rows)))
    digest = sha256(recurrent_bytes(network)).hexdigest()
    facts: dict[str, object] = {
        "activation": network.activation,
        "canonical_sha256": digest,
        "inputs": network.inputs,
        "outputs": network.outputs,
        "units": network.units,
        "weights": weights,
    }
    lines = [
        f"recurrent, {network.units} units of {network.activation}, {network.inputs} inputs and "
        f"{network.outputs} outputs at each time, {weights} nonzero weights",
        f"sha256 of the exact form   {digest}",
    ]
    terminal.tell(facts, lines)
    return 0
