"""relucert regions NETWORK --domain DOMAIN: linear regions, counted, and drawn for two inputs."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from verify.cli.options import AsJson, DomainText, NetworkFile, Quiet
from verify.cli.terminal import Terminal, sizes

if TYPE_CHECKING:
    from theory.domain import Domain
    from theory.network import Network

Out = Annotated[
    str | None,
    typer.Option("-o", metavar="OUT", help="For two inputs, write OUT/regions.tex and .pdf."),
]


def regions(
    network: NetworkFile,
    domain: DomainText,
    out: Out = None,
    json: AsJson = False,
    quiet: Quiet = False,
) -> int:
    """Count the linear regions of NETWORK over a domain."""
    from theory.counting import region_bounds
    from theory.domain import Box
    from theory.region import count_regions
    from verify.errors import InputError
    from verify.formats.domain_file import read_domain
    from verify.formats.network_file import read_network
    from verify.result import prepared_folder

    terminal = Terminal(json, quiet)
    source = read_network(network)
    where = read_domain(domain, source.network.inputs)
    if out is not None and source.network.inputs != 2:
        raise InputError("-o", f"a picture needs two inputs, the network has {where.inputs}")
    folder = None if out is None else prepared_folder(out)
    started = time.monotonic()
    with terminal.progress("counting linear regions"):
        count = count_regions(source.network, where)
    seconds = time.monotonic() - started
    free = where.inputs - (len(where.fixed) if isinstance(where, Box) else 0)
    bounds = region_bounds(free, source.network.widths[1:-1])
    drawn: dict[str, object] = {}
    told: list[str] = []
    if folder is not None:
        with terminal.progress("drawing"):
            drawn, told = _picture(source.network, where, folder)
    terminal.tell(
        {
            "name": source.name,
            "widths": source.network.widths,
            "cells": count.cells,
            "patterns": count.patterns,
            "pieces": count.pieces,
            "bounds": {"most": bounds.most, "reached": bounds.reached},
            "seconds": seconds,
            **drawn,
        },
        [
            f"{source.name}  {sizes(source.network.widths)}",
            f"{count.cells} cells, {count.patterns} activation patterns, "
            f"{count.pieces} distinct affine maps, {seconds:.2f} s",
            f"widths allow at most {bounds.most} patterns (Serra et al. 2018); some network of "
            f"these widths has {bounds.reached} regions (Montufar et al. 2014)",
            *told,
        ],
    )
    return 0


def _picture(
    network: "Network", domain: "Domain", folder: Path
) -> tuple[dict[str, object], list[str]]:
    """Write regions.tex and, where pdflatex is, regions.pdf; say which."""
    from verify.errors import InputError
    from verify.report.pdf import typeset
    from verify.report.picture import picture_document

    source = picture_document(network, domain)
    made = typeset(source)
    tex, pdf = folder / "regions.tex", folder / "regions.pdf"
    try:
        pdf.unlink(missing_ok=True)
        tex.write_text(source, encoding="ascii")
        if made.pdf is not None:
            pdf.write_bytes(made.pdf)
    except OSError as error:
        raise InputError(str(folder), f"cannot be written, {error.strerror or error}") from None
    if made.pdf is None:
        facts: dict[str, object] = {"tex": str(tex), "pdf": None, "message": made.message}
        return facts, [f"written: {tex}", f"no PDF: {made.message}"]
    return {"tex": str(tex), "pdf": str(pdf)}, [f"written: {tex}", f"written: {pdf}"]
