"""Big-M programs in HiGHS, one for every output and sign: floating point, so no proof."""

import sys
from pathlib import Path

import highspy
import numpy as np
from big_m import TOLERANCE, Program, Terms, encoded, objectives
from question_file import read_question, tell


def main(folder: Path) -> None:
    """Answer the question of a folder."""
    question = read_question(folder)
    program, outputs = encoded(question)
    best = 0.0
    for objective in objectives(question, outputs):
        solver = model(program)
        version = f"HiGHS {solver.version()}"
        ask(solver, objective, question.epsilon)
        solver.run()
        status = solver.getModelStatus()
        if status == highspy.HighsModelStatus.kInfeasible:
            continue
        if status != highspy.HighsModelStatus.kOptimal:
            tell("unknown", version, said=solver.modelStatusToString(status))
            return
        value = solver.getInfo().objective_function_value
        best = max(best, value)
        if value > question.epsilon + TOLERANCE:
            point = list(solver.getSolution().col_value)[: len(question.box)]
            clipped = [
                min(max(entry, low), high)
                for entry, (low, high) in zip(point, question.box, strict=True)
            ]
            tell("fails", version, clipped, f"claims a difference of {value:.3g}")
            return
    tell("holds", version, said=f"claims a difference of at most {max(best, 0):.3g}")


def model(program: Program) -> highspy.Highs:
    """The program without an objective."""
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("mip_rel_gap", 0.0)
    low, high = zip(*program.bounds, strict=True)
    solver.addVars(len(low), np.array(low), np.array(high))
    for column in program.binaries:
        solver.changeColIntegrality(column, highspy.HighsVarType.kInteger)
    for least, terms, most in program.rows:
        add(solver, least, terms, most)
    return solver


def add(solver: highspy.Highs, least: float, terms: Terms, most: float) -> None:
    """A row."""
    columns = np.array(list(terms), dtype=np.int32)
    solver.addRow(least, most, len(terms), columns, np.array(list(terms.values())))


def ask(solver: highspy.Highs, objective: Terms, epsilon: float) -> None:
    """Maximise the objective, which is to be at least epsilon."""
    if epsilon:
        add(solver, epsilon, objective, highspy.kHighsInf)
    for column, weight in objective.items():
        solver.changeColCost(column, weight)
    solver.changeObjectiveSense(highspy.ObjSense.kMaximize)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
