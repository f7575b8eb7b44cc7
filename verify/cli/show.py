"""relucert show NETWORK: what was read."""

from dataclasses import asdict

from verify.cli.options import AsJson, NetworkFile, Quiet
from verify.cli.terminal import Terminal, sizes


def show(network: NetworkFile, json: AsJson = False, quiet: Quiet = False) -> int:
    """Say what was read: layers, widths, exactness, sha256."""
    from verify.network_facts import read_facts

    facts = read_facts(network)
    lines = [
        f"{facts.name}  {sizes(facts.widths)}  ({facts.format})",
        f"{facts.units} hidden units, {facts.parameters} nonzero weights and biases, "
        f"exactly {facts.exactness}",
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
    Terminal(json, quiet).tell(asdict(facts), lines)
    return 0
