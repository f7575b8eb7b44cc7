"""cvc5 on the whole question as one SMT-LIB script: exact arithmetic, its word."""

import sys
from pathlib import Path

import cvc5
from question_file import tell


def main(folder: Path) -> None:
    """Answer the question of a folder."""
    script = (folder / "claim.smt2").read_text("ascii")
    solver = cvc5.Solver()
    solver.setOption("produce-models", "true")
    parser = cvc5.InputParser(solver)
    parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, script, "claim")
    symbols, said = parser.getSymbolManager(), ""
    while not (command := parser.nextCommand()).isNull():
        said = command.invoke(solver, symbols).strip() or said
    version = f"cvc5 {solver.getVersion().decode()}"
    if said == "unsat":
        tell("holds", version)
    elif said == "sat":
        inputs = sorted(
            (term for term in symbols.getDeclaredTerms() if term.getSymbol().startswith("x")),
            key=lambda term: int(term.getSymbol()[1:]),
        )
        values = [solver.getValue(term).getRealValue() for term in inputs]
        tell("fails", version, [str(value) for value in values])
    else:
        tell("unknown", version, said=said)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
