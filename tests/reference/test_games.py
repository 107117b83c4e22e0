"""The reference solutions of games against the course text's figures, brute force and laws."""

import numpy as np
import pytest
from hypothesis import given, strategies
from hypothesis.extra import numpy as arrays

from benchharness.content import content_root
from benchharness.suite.authoring import load_module

solutions = load_module(content_root() / "reference" / "games.py", "games_reference")

FIGURE_6_21_A = np.array([[6, 4], [10, -20.5], [-201, 8]])
FIGURE_6_21_B = np.array([[2, 0.5, 4.1], [-41, 2, 8]])
FIGURE_6_22 = np.array([[4.0, -2, -6], [0, -10, 12], [8, 6, 10]])

games = arrays.arrays(
    np.float64,
    arrays.array_shapes(min_dims=2, max_dims=2, max_side=5),
    elements=strategies.integers(-5, 5).map(float),
)


@strategies.composite
def symmetric_matrices(draw):
    """Symmetric matrices of small whole numbers; many of them are singular."""
    n = draw(strategies.integers(1, 4))
    entries = draw(arrays.arrays(np.int64, (n, n), elements=strategies.integers(-3, 3)))
    return (np.triu(entries) + np.triu(entries, 1).T).astype(np.float64)


def determinant(matrix):
    """Exact for whole numbers: expansion along the first row."""
    if not len(matrix):
        return 1
    rest = matrix[1:]
    minors = (determinant(np.delete(rest, j, axis=1)) for j in range(len(matrix)))
    return sum((-1) ** j * int(matrix[0, j]) * minor for j, minor in enumerate(minors))


def leading_minors(matrix):
    return [determinant(matrix[:k, :k]) for k in range(1, len(matrix) + 1)]


def saddle_points(payoffs):
    return [
        (row, column)
        for row, column in np.ndindex(payoffs.shape)
        if solutions.is_saddle_point(payoffs, row, column)
    ]


def test_figure_6_21_guarantees_a_the_payoff_4_in_the_first_row():
    assert solutions.maximin(FIGURE_6_21_A) == (0, 4)


def test_figure_6_21_holds_a_to_8_in_the_second_column():
    assert solutions.minimax(FIGURE_6_21_A) == (1, 8)


def test_a_plays_the_third_row_where_figure_6_21_holds_a_to_8():
    """The course text names the second."""
    column, _ = solutions.minimax(FIGURE_6_21_A)
    assert FIGURE_6_21_A[:, column].argmax() == 2


def test_figure_6_21_gives_b_the_values_of_the_text():
    assert solutions.maximin(FIGURE_6_21_B) == (0, 0.5)
    assert solutions.minimax(FIGURE_6_21_B)[1] == 2


def test_maximin_and_minimax_meet_at_6_in_figure_6_22():
    assert solutions.maximin(FIGURE_6_22) == (2, 6)
    assert solutions.minimax(FIGURE_6_22) == (1, 6)


def test_figure_6_22_has_one_saddle_point_and_figure_6_21_none():
    assert saddle_points(FIGURE_6_22) == [(2, 1)]
    assert saddle_points(FIGURE_6_21_A) == []


@given(games)
def test_no_row_guarantees_more_than_the_maximin_row(payoffs):
    row, value = solutions.maximin(payoffs)
    assert min(payoffs[row]) == value == max(min(others) for others in payoffs)


@given(games)
def test_no_column_leaves_less_than_the_minimax_column(payoffs):
    column, value = solutions.minimax(payoffs)
    assert max(payoffs[:, column]) == value == min(max(others) for others in payoffs.T)


@given(games)
def test_minimax_is_maximin_with_the_players_exchanged(payoffs):
    column, value = solutions.minimax(payoffs)
    assert solutions.maximin(-payoffs.T) == (column, -value)


@given(games)
def test_minimax_is_never_below_maximin(payoffs):
    assert solutions.maximin(payoffs)[1] <= solutions.minimax(payoffs)[1]


@given(games)
def test_a_game_has_a_saddle_point_exactly_where_maximin_equals_minimax(payoffs):
    meet = solutions.maximin(payoffs)[1] == solutions.minimax(payoffs)[1]
    assert bool(saddle_points(payoffs)) == meet


@given(games)
def test_every_saddle_point_has_the_value_of_the_game(payoffs):
    values = {float(payoffs[place]) for place in saddle_points(payoffs)}
    assert values <= {solutions.maximin(payoffs)[1]}


@given(games)
def test_saddle_points_are_the_same_for_the_opponent(payoffs):
    exchanged = [(column, row) for row, column in saddle_points(-payoffs.T)]
    assert sorted(exchanged) == saddle_points(payoffs)


@pytest.mark.parametrize("column", [0, 1])
def test_equal_entries_are_saddle_points_together(column):
    assert solutions.is_saddle_point(np.array([[3.0, 3.0]]), 0, column)


@pytest.mark.parametrize(
    ("hessian", "kind"),
    [
        ([[2, 0], [0, -2]], "saddle"),
        ([[2, 0], [0, 2]], "minimum"),
        ([[-2, 0], [0, -6]], "maximum"),
        ([[0, 1], [1, 0]], "saddle"),
        ([[2, 6], [6, 4]], "saddle"),
        ([[2, 2], [2, 2]], "degenerate"),
        ([[0, 0], [0, 0]], "degenerate"),
        ([[1, 0, 0], [0, -1, 0], [0, 0, 0]], "degenerate"),
        ([[-3]], "maximum"),
    ],
)
def test_critical_points_of_known_functions(hessian, kind):
    assert solutions.critical_point_kind(np.array(hessian, dtype=np.float64)) == kind


@given(symmetric_matrices())
def test_a_point_is_degenerate_exactly_where_the_determinant_is_zero(hessian):
    is_degenerate = solutions.critical_point_kind(hessian) == "degenerate"
    assert is_degenerate == (determinant(hessian) == 0)


@given(symmetric_matrices())
def test_minima_and_maxima_are_what_sylvesters_criterion_says(hessian):
    kind = solutions.critical_point_kind(hessian)
    assert (kind == "minimum") == all(minor > 0 for minor in leading_minors(hessian))
    assert (kind == "maximum") == all(minor > 0 for minor in leading_minors(-hessian))


@given(symmetric_matrices(), strategies.sampled_from([1e-9, 0.01, 1e9]))
def test_kind_does_not_depend_on_the_unit(hessian, scale):
    kind = solutions.critical_point_kind(hessian)
    assert solutions.critical_point_kind(scale * hessian) == kind


@given(symmetric_matrices())
def test_kind_is_the_same_in_single_precision(hessian):
    kind = solutions.critical_point_kind(hessian)
    assert solutions.critical_point_kind(hessian.astype(np.float32)) == kind


@given(symmetric_matrices())
def test_negating_a_function_exchanges_minimum_and_maximum(hessian):
    exchanged = {"minimum": "maximum", "maximum": "minimum"}
    kind = solutions.critical_point_kind(hessian)
    assert solutions.critical_point_kind(-hessian) == exchanged.get(kind, kind)


def test_reference_imports_numpy_alone():
    """It is shipped to a worker as a single file."""
    source = (content_root() / "reference" / "games.py").read_text("utf-8")
    imported = {
        line.split()[1] for line in source.splitlines() if line.startswith(("import", "from"))
    }
    assert imported <= {"__future__", "typing", "numpy"}
