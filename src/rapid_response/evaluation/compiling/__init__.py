"""A checked protocol to straight-line Python, compiled once."""

from rapid_response.evaluation.compiling.program import (
    Evaluate,
    Facts,
    Program,
    Range,
    Ranges,
    compile_evaluation,
    compile_protocol,
)

__all__ = ["Evaluate", "Facts", "Program", "Range", "Ranges", "compile_evaluation", "compile_protocol"]
