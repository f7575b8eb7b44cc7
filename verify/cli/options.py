"""What several verbs share: the types of their arguments, with the help that goes with them."""

from typing import Annotated

import typer

NetworkFile = Annotated[
    str, typer.Argument(metavar="NETWORK", help="A file .onnx, .nnet or .json.", show_default=False)
]
Folder = Annotated[
    str, typer.Argument(metavar="OUT", help="A folder that prove or transform made.")
]
DomainText = Annotated[
    str,
    typer.Option(
        "--domain",
        metavar="DOMAIN",
        help="box:-1,1 or box:0,1;-1/2,1/2 or ball:0,1/2;1/10 (CENTRE;RADIUS, also from a file "
        ".csv) or all, or a file .vnnlib or .json.",
    ),
]
LocalText = Annotated[
    str | None,
    typer.Option(
        "--local",
        metavar="CENTRE,RADIUS",
        help="Only inputs that differ by at most RADIUS from CENTRE: numbers separated by commas, "
        "or a file .csv or .txt, FILE:3 for its third line; within --domain.",
    ),
]
Relation = Annotated[
    str,
    typer.Option(
        "--relation",
        metavar="RELATION",
        help="exact, eps=1/100, or for every output eps=1/100,1/50; top1, topk=3, margin=1/50, "
        "confidence=9/10; eps=? encloses the greatest difference (eps=?1/10: within 10 %).",
    ),
]
EngineName = Annotated[
    str,
    typer.Option(
        "--engine",
        metavar="ENGINE",
        help="auto, merge, stability, canonical, kinks, cells, or smt (Z3 alone, no certificate).",
    ),
]
Timeout = Annotated[
    float | None,
    typer.Option("--timeout", metavar="S", help="Stop (exit 2) after S seconds of search."),
]
Jobs = Annotated[
    int,
    typer.Option("--jobs", metavar="N", min=1, help="Search in so many processes."),
]
ExecutorName = Annotated[
    str | None,
    typer.Option("--executor", metavar="EXECUTOR", help="dask:ADDRESS searches on a Dask cluster."),
]
Opinion = Annotated[
    float | None,
    typer.Option("--second-opinion", metavar="S", help="Also ask Z3, S seconds at most."),
]
Script = Annotated[
    str | None,
    typer.Option("--smtlib", metavar="FILE", help="Also write the claim for SMT solvers."),
]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="A parameter of the form or method."),
]
Out = Annotated[
    str | None, typer.Option("-o", metavar="OUT", help="Write claim and evidence to this folder.")
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]
Quiet = Annotated[bool, typer.Option("-q", help="Say nothing; the exit status tells.")]
