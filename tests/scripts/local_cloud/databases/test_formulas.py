from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.local_cloud.databases.formulas import evaluate, is_formula

MEMORY = {"DBInstanceClassMemory": float(1 << 30)}


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("{DBInstanceClassMemory*3/4}", 805306368),
        ("{DBInstanceClassMemory/12582880}", 85),
        ("LEAST({DBInstanceClassMemory/9531392},5000)", 112),
        ("GREATEST({DBInstanceClassMemory/64371566592},3)", 3),
        ("SUM({DBInstanceClassMemory/12038},-50000)", 39196),
        ("{log(DBInstanceClassMemory/8589934592)*1000}", -3000),
        ("least({dbinstanceclassmemory},1)", 1),
    ],
)
def test_the_formulas_of_the_user_guide_have_their_values(formula: str, value: int) -> None:
    assert is_formula(formula)
    assert evaluate(formula, MEMORY) == value


_leaves = st.integers(1, 10**6).map(lambda n: (str(n), Fraction(n)))


def _combine(
    children: st.SearchStrategy[tuple[str, Fraction]],
) -> st.SearchStrategy[tuple[str, Fraction]]:
    return st.one_of(
        st.tuples(children, children).map(lambda p: (f"({p[0][0]}+{p[1][0]})", p[0][1] + p[1][1])),
        st.tuples(children, children).map(lambda p: (f"({p[0][0]}*{p[1][0]})", p[0][1] * p[1][1])),
        st.tuples(children, st.integers(1, 1000)).map(lambda p: (f"({p[0][0]}/{p[1]})", p[0][1] / p[1])),
        st.tuples(children, children).map(
            lambda p: (f"LEAST({p[0][0]},{p[1][0]})", min(p[0][1], p[1][1])),
        ),
        st.tuples(children, children).map(
            lambda p: (f"GREATEST({p[0][0]},{p[1][0]})", max(p[0][1], p[1][1])),
        ),
    )


@given(st.recursive(_leaves, _combine, max_leaves=5))
def test_any_formula_has_the_value_of_exact_arithmetic(case: tuple[str, Fraction]) -> None:
    text, exact = case
    found = evaluate(f"{{{text}}}", {})
    assert abs(found - exact) <= max(1, exact / 10**12)


@pytest.mark.parametrize(
    "bad",
    [
        "{DBInstanceClassMemory",
        "{Unknown*2}",
        "{1/0}",
        "{__import__('os').getpid()}",
        "{().__class__}",
        "{'a'*9}",
        "{9**9**9}",
        "LEAST()",
        "{log(0-1)}",
        "{True}",
        "{" + "(" * 500 + ")" * 500 + "}",
    ],
)
def test_what_is_no_formula_is_refused(bad: str) -> None:
    with pytest.raises(ValueError, match="formula"):
        evaluate(bad, MEMORY)
