"""Values of RDS parameters that are formulas, such as ``{DBInstanceClassMemory*3/4}``.

Source: "Specifying DB parameters" in the Amazon RDS User Guide: formulas in braces, integer results,
functions LEAST, GREATEST and SUM outside the braces, LOG (base 2) inside.
"""

from __future__ import annotations

import ast
import math
import operator
import re
from collections.abc import Callable, Mapping, Sequence

_OPERATORS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}

_FUNCTIONS: dict[str, Callable[[Sequence[float]], float]] = {
    "least": min,
    "greatest": max,
    "sum": sum,
    "log": lambda values: math.log2(values[0]),
}

_IS_FORMULA = re.compile(r"\{|^\s*(LEAST|GREATEST|SUM)\s*\(", re.IGNORECASE)


def is_formula(value: str) -> bool:
    """Whether a parameter's value is to be computed."""
    return bool(_IS_FORMULA.search(value))


def evaluate(value: str, variables: Mapping[str, float]) -> int:
    """The integer that a formula stands for.

    Parameters
    ----------
    value
        E.g. ``LEAST({DBInstanceClassMemory/9531392},5000)``.
    variables
        ``DBInstanceClassMemory`` and ``AllocatedStorage`` in bytes, ``EndPointPort``, ``DBInstanceVCPU``,
        ``TrueIfReplica``; names are case-insensitive, as on RDS.

    Raises
    ------
    ValueError
        It is not a formula that RDS knows.
    """
    known = {name.lower(): number for name, number in variables.items()}
    try:
        tree = ast.parse(value.replace("{", "(").replace("}", ")").strip(), mode="eval")
        return int(_compute(tree.body, known))
    except (SyntaxError, ValueError, ArithmeticError, RecursionError, MemoryError) as error:
        raise ValueError(f"{value!r} is not a formula: {error}") from error


def _compute(node: ast.expr, variables: Mapping[str, float]) -> float:
    match node:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return number
        case ast.Name(id=name) if name.lower() in variables:
            return variables[name.lower()]
        case ast.BinOp(left=left, op=sign, right=right) if type(sign) in _OPERATORS:
            return _OPERATORS[type(sign)](_compute(left, variables), _compute(right, variables))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_compute(operand, variables)
        case ast.Call(func=ast.Name(id=name), args=[_, *_] as arguments, keywords=[]) if (
            name.lower() in _FUNCTIONS
        ):
            return _FUNCTIONS[name.lower()]([_compute(argument, variables) for argument in arguments])
    raise ValueError(f"{ast.unparse(node)!r} is not known in a formula")
