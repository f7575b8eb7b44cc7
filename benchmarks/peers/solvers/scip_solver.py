"""The big-M programs in SCIP, one for every output and sign: floating point, so no proof."""

import sys
from pathlib import Path

import pyscipopt
from big_m import INFINITY, TOLERANCE, Program, Terms, encoded, objectives
from question_file import read_question, tell


def main(folder: Path) -> None:
    """Answer the question of a folder."""
    question = read_question(folder)
    program, outputs = encoded(question)
    best = 0.0
    for objective in objectives(question, outputs):
        solver, columns = model(program)
        version = f"SCIP {solver.version()}"
        goal = total(columns, objective)
        if question.epsilon:
            solver.addCons(goal >= question.epsilon)
        solver.setObjective(goal, "maximize")
        solver.optimize()
        status = solver.getStatus()
        if status == "infeasible":
            continue
        if status != "optimal":
            tell("unknown", version, said=status)
            return
        value = solver.getObjVal()
        best = max(best, value)
        if value > question.epsilon + TOLERANCE:
            ends = zip(columns, question.box, strict=False)
            point = [min(max(solver.getVal(one), low), high) for one, (low, high) in ends]
            tell("fails", version, point, f"claims a difference of {value:.3g}")
            return
    tell("holds", version, said=f"claims a difference of at most {max(best, 0):.3g}")


def model(program: Program) -> tuple[pyscipopt.Model, list[pyscipopt.Variable]]:
    """The program without an objective, and its columns."""
    solver = pyscipopt.Model()
    solver.hideOutput()
    binaries = set(program.binaries)
    columns = [
        solver.addVar(lb=low, ub=high, vtype="B" if index in binaries else "C")
        for index, (low, high) in enumerate(program.bounds)
    ]
    for least, terms, most in program.rows:
        row = total(columns, terms)
        if least == most:
            solver.addCons(row == least)
        elif most == INFINITY:
            solver.addCons(row >= least)
        else:
            solver.addCons(row <= most)
    return solver, columns


def total(columns: list[pyscipopt.Variable], terms: Terms) -> pyscipopt.Expr:
    """The sum of weighted columns."""
    return pyscipopt.quicksum(weight * columns[index] for index, weight in terms.items())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
