"""
Games: maximin, minimax and saddle points.

A payoff matrix holds what the row player wins: `payoffs[i, j]` where row i meets the opponent's
column j. The opponent wants that to be as little as possible. Rows and columns are counted from
0. Payoffs may be negative, and a matrix may have a single row or column.
"""

import numpy as np

from benchharness.suite import (
    case,
    check,
    counterexamples,
    holds,
    misconception,
    reference,
    task,
    workload,
)

solutions = reference(__file__)

FIGURE_6_21_A = np.array([[6, 4], [10, -20.5], [-201, 8]])
FIGURE_6_21_B = np.array([[2, 0.5, 4.1], [-41, 2, 8]])  # B's own payoffs, B's moves as rows
FIGURE_6_22 = np.array([[4.0, -2, -6], [0, -10, 12], [8, 6, 10]])
FLOAT32_EPS = float(np.finfo(np.float32).eps)


# Inputs and words that several tasks share


def payoff_matrix(rng, rows, columns):
    """Different multiples of a half in a random order, some of them negative."""
    steps = rng.permutation(rows * columns) - int(rng.integers(1, rows * columns))
    return (steps / 2).reshape(rows, columns)


def without_saddle_point(rng, rows, columns):
    """
    A payoff matrix on which no usual mistake is right by chance.

    The maximin value is negative and below the minimax value; the best row and the best column
    differ from 0, from each other, from what answers them and from what the averages would choose.
    """
    while True:
        payoffs = payoff_matrix(rng, rows, columns)
        (row, low), (column, high) = solutions.maximin(payoffs), solutions.minimax(payoffs)
        not_rows = 0, column, payoffs[row].argmin(), payoffs.mean(axis=1).argmax()
        not_columns = 0, payoffs[:, column].argmax(), payoffs.mean(axis=0).argmin()
        if low < min(high, 0) and row not in not_rows and column not in not_columns:
            return payoffs


def with_saddle_point(rng, rows, columns):
    """A payoff matrix with a saddle point off the first row and column, and where it is."""
    payoffs = payoff_matrix(rng, rows, columns)
    row, column = int(rng.integers(1, rows)), int(rng.integers(1, columns))
    value = payoffs[row, column]
    payoffs[row] = value + np.abs(payoffs[row] - value)
    payoffs[:, column] = value - np.abs(payoffs[:, column] - value)
    return payoffs, row, column


def wide(rng, payoffs):
    """The same game as a view with strides: every second column, from right to left."""
    rows, columns = payoffs.shape
    both = rng.permutation(2 * rows * columns).astype(np.float64).reshape(rows, -1)
    both[:, ::-2] = payoffs
    return both[:, ::-2]


def small_payoffs(draw):
    """A small matrix of whole payoffs to shrink."""
    return draw.array("int64", ((1, 3), (1, 3)), -4, 4).astype(np.float64)


def rounding_of(payoffs):
    """What rounding to float32 may change a payoff by."""
    return 2 * FLOAT32_EPS * float(np.abs(payoffs).max())


@task("maximin(payoffs: float[m, n]) -> (row: int, value: float)")
class Maximin:
    """
    The row whose worst case is best, and what it guarantees.

    The value is max over i of min over j of payoffs[i, j]: however the opponent answers, the row
    player wins at least that much. Rows are counted from 0. Where several rows guarantee the same,
    each of them is right.
    """

    reference = solutions.maximin

    def complaint(answer, expected, payoffs):
        row, value = answer
        best_row, best = expected
        if not 0 <= row < len(payoffs):
            return f"got the row {row}; the rows are 0 to {len(payoffs) - 1}."
        worst = payoffs[row].min()
        if best - worst > rounding_of(payoffs):
            return (
                f"got the row {row}, which guarantees {worst:g}; "
                f"the row {best_row} guarantees {best:g}."
            )
        if not abs(value - best) <= rounding_of(payoffs):
            return f"got the value {value:g}, expected {best:g}."
        return None

    rule = holds(complaint)

    @check(points=1)
    def figures(rng):
        """Both players of figure 6.21, and figure 6.22."""
        yield case("player A of figure 6.21", payoffs=FIGURE_6_21_A)
        yield case("player B of figure 6.21, B's moves as rows", payoffs=FIGURE_6_21_B)
        yield case("figure 6.22", payoffs=FIGURE_6_22)

    @check(points=1)
    def random_games(rng):
        """Matrices of several shapes, with negative payoffs."""
        for rows, columns in ((3, 5), (6, 4), (12, 9)):
            payoffs = without_saddle_point(rng, rows, columns)
            yield case(f"a {rows} × {columns} game", payoffs=payoffs)
        yield case("nothing but losses", payoffs=-1.5 - rng.permutation(20).reshape(4, 5))
        payoffs, _, _ = with_saddle_point(rng, 4, 6)
        yield case("a game with a saddle point", payoffs=payoffs)

    @check(points=1)
    def ties_and_small_games(rng):
        """Rows that guarantee the same, one row, one column, one entry, other memory layouts."""
        payoffs = without_saddle_point(rng, 5, 4)
        yield case("every second column, read from the right", payoffs=wide(rng, payoffs))
        yield case("a transposed matrix", payoffs=np.ascontiguousarray(payoffs.T).T)
        row, value = solutions.maximin(payoffs)
        tied = np.vstack([payoffs, payoffs[row, ::-1]])
        tied.flags.writeable = False
        yield case("two rows guarantee the same", payoffs=tied)
        yield case("equal payoffs", payoffs=np.full((3, 2), value - 0.5))
        yield case("one row", payoffs=payoffs[row : row + 1] + 0.5)
        yield case("one column", payoffs=payoffs[::-1, :1])
        yield case("one entry", payoffs=payoffs[:1, -1:])

    @misconception
    def minimax(payoffs):
        """
        This is the minimax: the opponent's column, and what it leaves.

        Right is max over rows of the row's minimum; you compute min over columns of the column's
        maximum. It is the larger of the two unless the game has a saddle point.
        Example: in figure 6.21, A's row 0 guarantees 4; you return column 1 and 8.
        """
        return solutions.minimax(payoffs)

    @misconception
    def columns_for_rows(payoffs):
        """
        Rows and columns are exchanged: these are the columns' worst cases.

        Right is max over i of min over j: `payoffs.min(axis=1)` is the worst of each row;
        `axis=0` goes down the columns.
        Example: in figure 6.21, A's rows have the worst cases 4, −20.5, −201; you compare the
        columns' −201 and −20.5.
        """
        return solutions.maximin(payoffs.T)

    @misconception
    def best_cases(payoffs):
        """
        The row is chosen by its best case; the opponent will not let you have it.

        Right is the row with the largest minimum; you take the row with the largest maximum.
        Example: in figure 6.21, A's row 1 holds 10, and −20.5 beside it; right is row 0, whose
        worst case is 4.
        """
        best = payoffs.max(axis=1)
        return int(best.argmax()), best.max()

    @misconception
    def best_of_the_safest_row(payoffs):
        """
        The row is right, but the value is the best that it may bring, not what it guarantees.

        Right is the minimum of that row.
        Example: in figure 6.21, A's row 0 brings 6 or 4: it guarantees 4; you return 6.
        """
        row, _ = solutions.maximin(payoffs)
        return row, payoffs[row].max()

    @misconception
    def smallest_of_best_cases(payoffs):
        """
        The smallest row maximum is taken, not the largest row minimum.

        Right is max over rows of the minimum; you compute min over rows of the maximum.
        Example: the rows (6, 4) and (10, −20.5) have the maxima 6 and 10, the minima 4 and
        −20.5; right is 4, you return 6.
        """
        best = payoffs.max(axis=1)
        return int(best.argmin()), best.min()

    @misconception
    def worst_of_worst_cases(payoffs):
        """
        The row with the smallest minimum is taken; right is the one with the largest.

        That is the worst choice that the row player has: use `argmax` on the rows' minima.
        Example: in figure 6.21, the worst cases are 4, −20.5 and −201; right is 4, you return
        −201.
        """
        worst = payoffs.min(axis=1)
        return int(worst.argmin()), worst.min()

    @misconception
    def best_average(payoffs):
        """
        The row is chosen by its average, as if the opponent moved at random.

        Right is the row with the largest minimum, whatever its other payoffs are.
        Example: the rows (5, 4) and (100, −9) have the worst cases 4 and −9; right is the first
        row, you take the second.
        """
        row = int(payoffs.mean(axis=1).argmax())
        return row, payoffs[row].min()

    @misconception
    def best_average_as_value(payoffs):
        """
        The value is an average over the opponent's moves, which are not made at random.

        Right is max over rows of the row's minimum; you compute max over rows of the mean.
        Example: the rows (5, 4) and (100, −9) guarantee 4 and −9; right is 4, you return 45.5.
        """
        means = payoffs.mean(axis=1)
        return int(means.argmax()), means.max()

    @misconception
    def counted_from_one(payoffs):
        """
        The rows are counted from 1; here, the first one is row 0.

        The course text counts L₁, L₂, ...; an index in Python starts at 0.
        Example: in figure 6.21, A's best row is L₁, that is row 0; you return 1.
        """
        row, value = solutions.maximin(payoffs)
        return row + 1, value

    @misconception
    def started_from_zero(payoffs):
        """
        The search starts from 0, so that no negative worst case is ever better.

        Right is to start from the first row, or from −∞.
        Example: the rows (−3, 2) and (−1, 5) guarantee −3 and −1: row 1; you return row 0 and 0.
        """
        best_row, best = 0, 0.0
        for row, worst in enumerate(payoffs.min(axis=1)):
            if worst > best:
                best_row, best = row, float(worst)
        return best_row, best

    @misconception
    def column_of_the_value(payoffs):
        """
        The value is right, but beside it stands the column that the opponent answers with.

        Right is the row that the row player chooses.
        Example: in figure 6.21, A plays row 0 and is held to 4 by column 1; you return 1.
        """
        row, value = solutions.maximin(payoffs)
        return int(payoffs[row].argmin()), value

    @misconception
    def absolute_payoffs(payoffs):
        """
        Losses are taken for gains: the signs of the payoffs are lost.

        Right is the largest minimum of the payoffs as they are; −20.5 is worse than 4.
        Example: in figure 6.21, A's worst cases are 4, −20.5 and −201; you compare 4, 10 and 8.
        """
        return solutions.maximin(np.abs(payoffs))

    @counterexamples
    def small_games(draw):
        return {"payoffs": small_payoffs(draw)}

    @workload(sizes=(256, 512, 1024))
    def square_games(rng, size):
        """A square matrix of that many rows."""
        return {"payoffs": rng.random((size, size), dtype=np.float32)}


@task("minimax(payoffs: float[m, n]) -> (column: int, value: float)")
class Minimax:
    """
    The opponent's column that leaves the row player least, and what it leaves.

    The value is min over j of max over i of payoffs[i, j]: in that column the row player wins no
    more, whatever the answer. Columns are counted from 0. Where several columns leave the same,
    each of them is right.
    """

    reference = solutions.minimax

    def complaint(answer, expected, payoffs):
        column, value = answer
        best_column, best = expected
        columns = payoffs.shape[1]
        if not 0 <= column < columns:
            return f"got the column {column}; the columns are 0 to {columns - 1}."
        left = payoffs[:, column].max()
        if left - best > rounding_of(payoffs):
            return (
                f"got the column {column}, which leaves {left:g}; "
                f"the column {best_column} leaves {best:g}."
            )
        if not abs(value - best) <= rounding_of(payoffs):
            return f"got the value {value:g}, expected {best:g}."
        return None

    rule = holds(complaint)

    @check(points=1)
    def figures(rng):
        """Both players of figure 6.21, and figure 6.22."""
        yield case("player A of figure 6.21", payoffs=FIGURE_6_21_A)
        yield case("its rows L3, L2, L1", payoffs=FIGURE_6_21_A[::-1])
        yield case("player B of figure 6.21, B's moves as rows", payoffs=FIGURE_6_21_B)
        yield case("figure 6.22", payoffs=FIGURE_6_22)

    @check(points=1)
    def random_games(rng):
        """Matrices of several shapes, with negative payoffs."""
        for rows, columns in ((3, 5), (6, 4), (12, 9)):
            payoffs = without_saddle_point(rng, rows, columns)
            yield case(f"a {rows} × {columns} game", payoffs=payoffs)
        yield case("nothing but losses", payoffs=-1.5 - rng.permutation(20).reshape(4, 5))
        payoffs, _, _ = with_saddle_point(rng, 4, 6)
        yield case("a game with a saddle point", payoffs=payoffs)

    @check(points=1)
    def ties_and_small_games(rng):
        """Columns that leave the same, one row, one column, one entry, other memory layouts."""
        payoffs = without_saddle_point(rng, 5, 4)
        yield case("every second column, read from the right", payoffs=wide(rng, payoffs))
        yield case("a transposed matrix", payoffs=np.ascontiguousarray(payoffs.T).T)
        column, value = solutions.minimax(payoffs)
        tied = np.column_stack([payoffs, payoffs[::-1, column]])
        tied.flags.writeable = False
        yield case("two columns leave the same", payoffs=tied)
        yield case("equal payoffs", payoffs=np.full((3, 2), value - 0.5))
        yield case("one row", payoffs=payoffs[:1, ::-1])
        yield case("one column", payoffs=payoffs[:, column : column + 1] + 0.5)
        yield case("one positive entry", payoffs=np.array([[2.5]]))
        yield case("one entry", payoffs=payoffs[:1, -1:])

    @misconception
    def maximin(payoffs):
        """
        This is the maximin: the row player's best guarantee.

        Right is min over columns of the column's maximum; you compute max over rows of the row's
        minimum. It is the smaller of the two unless the game has a saddle point.
        Example: in figure 6.21, A is held to 8 by column 1; you return row 0 and 4.
        """
        return solutions.maximin(payoffs)

    @misconception
    def rows_for_columns(payoffs):
        """
        Rows and columns are exchanged: these are the rows' maxima.

        Right is min over j of max over i: `payoffs.max(axis=0)` is the largest of each column;
        `axis=1` goes along the rows.
        Example: in figure 6.21, A's columns have the maxima 10 and 8; you compare the rows' 6,
        10 and 8.
        """
        return solutions.minimax(payoffs.T)

    @misconception
    def row_of_the_answer(payoffs):
        """
        The value is right, but beside it stands the row that is played there, not the column.

        Right is the opponent's column, in which the best answer is least.
        Example: in figure 6.21, column M₂, index 1, holds A to 8, which row L₃, index 2, wins;
        you return 2. (The course text names L₂, which is neither.)
        """
        column, value = solutions.minimax(payoffs)
        return int(payoffs[:, column].argmax()), value

    @misconception
    def largest_column_minimum(payoffs):
        """
        The largest column minimum is taken, not the smallest column maximum.

        Right is min over columns of the maximum; you compute max over columns of the minimum.
        Example: in figure 6.21, A's columns have the maxima 10 and 8, the minima −201 and −20.5;
        right is 8, you return −20.5.
        """
        worst = payoffs.min(axis=0)
        return int(worst.argmax()), worst.max()

    @misconception
    def largest_of_maxima(payoffs):
        """
        The column with the largest maximum is taken; the opponent chooses the smallest.

        Use `argmin` on the columns' maxima.
        Example: in figure 6.21, the columns' maxima are 10 and 8; right is 8, you return 10.
        """
        best = payoffs.max(axis=0)
        return int(best.argmax()), best.max()

    @misconception
    def smallest_payoff(payoffs):
        """
        This is the column with the smallest payoff of all; the row player would answer elsewhere.

        Right is the column with the smallest maximum: the row player answers with the best row.
        Example: in figure 6.21, −201 stands in column 0, but there A can win 10; right is column
        1, where A wins 8 at most.
        """
        worst = payoffs.min(axis=0)
        return int(worst.argmin()), worst.min()

    @misconception
    def smallest_payoff_of_the_column(payoffs):
        """
        The column is right, but the value is the least in it, not what it leaves.

        Right is the maximum of that column: the row player answers with the best row.
        Example: in figure 6.21, column 1 holds 4, −20.5 and 8, so it leaves 8; you return −20.5.
        """
        column, _ = solutions.minimax(payoffs)
        return column, payoffs[:, column].min()

    @misconception
    def smallest_average(payoffs):
        """
        The column is chosen by its average, as if the row player moved at random.

        Right is the column with the smallest maximum, whatever its other payoffs are.
        Example: in figure 6.21, A's columns have the averages −61.7 and −2.8 but the maxima 10
        and 8; right is column 1, you take column 0.
        """
        column = int(payoffs.mean(axis=0).argmin())
        return column, payoffs[:, column].max()

    @misconception
    def counted_from_one(payoffs):
        """
        The columns are counted from 1; here, the first one is column 0.

        The course text counts M₁, M₂, ...; an index in Python starts at 0.
        Example: in figure 6.21, A is held to 8 by M₂, that is column 1; you return 2.
        """
        column, value = solutions.minimax(payoffs)
        return column + 1, value

    @misconception
    def started_from_zero(payoffs):
        """
        The search starts from 0, so that no column whose best case is positive is ever less.

        Right is to start from the first column, or from +∞.
        Example: the columns (8, 2) and (1, 5) leave 8 and 5: column 1; you return column 0 and 0.
        """
        best_column, least = 0, 0.0
        for column, best in enumerate(payoffs.max(axis=0)):
            if best < least:
                best_column, least = column, float(best)
        return best_column, least

    @misconception
    def opponents_payoff(payoffs):
        """
        The value has the wrong sign: it is the opponent's payoff.

        The matrix holds what the row player wins, and so does the value.
        Example: in figure 6.22, the row player is held to 6; you return −6.
        """
        column, value = solutions.minimax(payoffs)
        return column, -value

    @misconception
    def opponents_matrix(payoffs):
        """
        The payoffs are taken for the opponent's own, who then looks for the best guarantee.

        The matrix holds what the row player wins; the opponent wants that to be small. Right is
        min over columns of the maximum; you compute min over columns of −min.
        Example: the columns (6, 10) and (4, −20) have the maxima 10 and 4; right is column 1 and
        4, you return column 0 and −6.
        """
        worst = payoffs.min(axis=0)
        return int(worst.argmax()), -worst.max()

    @counterexamples
    def small_games(draw):
        return {"payoffs": small_payoffs(draw)}

    @workload(sizes=(256, 512, 1024))
    def square_games(rng, size):
        """A square matrix of that many rows."""
        return {"payoffs": rng.random((size, size), dtype=np.float32)}


def spoilt(payoffs, row, column):
    """Two copies that take one half of being a saddle point away, far from the entry."""
    rows, columns = payoffs.shape
    undercut, topped = payoffs.copy(), payoffs.copy()
    undercut[row, (column + 2) % columns] = payoffs[row, column] - 0.5
    topped[(row + 2) % rows, column] = payoffs[row, column] + 0.5
    yield "the greatest of its column, not the least of its row", undercut
    yield "the least of its row, not the greatest of its column", topped


@task("is_saddle_point(payoffs: float[m, n], row: int, column: int) -> bool")
class IsSaddlePoint:
    """
    Whether an entry is the least of its row and the greatest of its column.

    It may share either place with equal entries. There neither player gains by changing one move
    alone. Row and column are counted from 0.
    """

    reference = solutions.is_saddle_point

    @check(points=1)
    def figures(rng):
        """Entries of figure 6.22, which has a saddle point, and of figure 6.21, which has none."""
        for row in range(3):
            for column in range(3):
                label = f"row {row}, column {column} of figure 6.22"
                yield case(label, payoffs=FIGURE_6_22, row=row, column=column)
        for row, column in ((0, 1), (1, 0), (2, 1)):
            label = f"row {row}, column {column} of figure 6.21"
            yield case(label, payoffs=FIGURE_6_21_A, row=row, column=column)
        yield case("figure 6.22 transposed", payoffs=FIGURE_6_22.T, row=1, column=2)
        yield case("as the opponent sees it", payoffs=-FIGURE_6_22.T, row=1, column=2)

    @check(points=1)
    def random_games(rng):
        """The saddle point of a random game, and entries that have half of what it takes."""
        for rows, columns in ((4, 5), (6, 4)):
            payoffs, row, column = with_saddle_point(rng, rows, columns)
            words = f"of a {rows} × {columns} game"
            yield case(f"the saddle point {words}", payoffs=payoffs, row=row, column=column)
            yield case(f"above it {words}", payoffs=payoffs, row=row - 1, column=column)
            for label, wrong in spoilt(payoffs, row, column):
                yield case(f"{label} {words}", payoffs=wrong, row=row, column=column)
            equal = payoffs.copy()
            equal[row - 1, column - 1] = payoffs[row, column]
            label = f"as large as the saddle point {words}"
            yield case(label, payoffs=equal, row=row - 1, column=column - 1)

    @check(points=1)
    def ties(rng):
        """Entries that share their place with equal ones, and equal entries elsewhere."""
        saddle, row, column = with_saddle_point(rng, 4, 5)
        rows, columns = [0, 1, 2, 3, row], [0, 1, 2, 3, 4, column]
        tied = saddle[rows][:, columns]
        for words, i, j in (("first", row, column), ("last", 4, 5), ("lower left", 4, column)):
            yield case(f"the {words} of four saddle points", payoffs=tied, row=i, column=j)
        yield case("beside a saddle point", payoffs=tied, row=4, column=column - 1)
        for label, wrong in spoilt(saddle, row, column):
            again = wrong[rows][:, columns]
            yield case(f"{label}, with equals", payoffs=again, row=row, column=column)
        yield case("equal payoffs", payoffs=np.full((2, 3), saddle[row, column]), row=1, column=2)

    @check(points=1)
    def small_games_and_layouts(rng):
        """One row, one column, one entry, and other memory layouts."""
        strided, row, column = with_saddle_point(rng, 5, 4)
        view = wide(rng, strided)
        yield case("a view with strides", payoffs=view, row=row, column=column)
        yield case("above it", payoffs=view, row=row - 1, column=column)
        flipped = strided[::-1]
        flipped.flags.writeable = False
        yield case("rows from below", payoffs=flipped, row=4 - row, column=column)
        line = rng.permutation(6)[np.newaxis] - 3.5
        least, greatest = int(line.argmin()), int(line.argmax())
        yield case("one row, its least", payoffs=line, row=0, column=least)
        yield case("one row, its greatest", payoffs=line, row=0, column=greatest)
        yield case("one column, its least", payoffs=line.T, row=least, column=0)
        yield case("one column, its greatest", payoffs=line.T, row=greatest, column=0)
        yield case("one entry", payoffs=line[:, :1], row=0, column=0)

    @misconception
    def exchanged(payoffs, row, column):
        """
        Row and column are exchanged: this asks for the greatest of the row, least of the column.

        The row player moves within a column and looks for more; the opponent moves within a row
        and looks for less. So right is the least of its row and the greatest of its column.
        Example: in figure 6.22, 6 is the least of (8, 6, 10) and the greatest of (−2, −10, 6).
        """
        return solutions.is_saddle_point(-payoffs, row, column)

    @misconception
    def row_only(payoffs, row, column):
        """
        Only the row is looked at: the entry must be the greatest of its column, too.

        Right is both: the least of its row and the greatest of its column.
        Example: in figure 6.21, 4 is the least of its row (6, 4), but 8 in its column is greater:
        no saddle point.
        """
        return bool(payoffs[row, column] == payoffs[row].min())

    @misconception
    def column_only(payoffs, row, column):
        """
        Only the column is looked at: the entry must be the least of its row, too.

        Right is both: the least of its row and the greatest of its column.
        Example: in figure 6.21, 10 is the greatest of its column, but −20.5 in its row is less:
        no saddle point.
        """
        return bool(payoffs[row, column] == payoffs[:, column].max())

    @misconception
    def either(payoffs, row, column):
        """
        One of the two is enough here; a saddle point needs both.

        Right is the least of its row `and` the greatest of its column.
        Example: in figure 6.21, 4 is the least of its row (6, 4), but not the greatest of its
        column: no saddle point; you return True.
        """
        entry = payoffs[row, column]
        return bool(entry == payoffs[row].min() or entry == payoffs[:, column].max())

    @misconception
    def alone(payoffs, row, column):
        """
        A saddle point may share its place: equal entries in its row or column do not matter.

        Right is ≤ and ≥; you ask for < and >, and take a tie for a reason to move.
        Example: in the row (3, 3), either entry is a saddle point: nobody gains by moving.
        """
        entry = payoffs[row, column]
        others_in_row = np.delete(payoffs[row], column)
        others_in_column = np.delete(payoffs[:, column], row)
        return bool(np.all(entry < others_in_row) and np.all(entry > others_in_column))

    @misconception
    def first_of_equals(payoffs, row, column):
        """
        Only the first of equal entries is found: argmin and argmax return one position.

        Compare values: the entry equals the minimum of its row and the maximum of its column.
        Example: in the row (3, 3), both entries are saddle points; `argmin` is 0, so you return
        False for column 1.
        """
        return bool(payoffs[row].argmin() == column and payoffs[:, column].argmax() == row)

    @misconception
    def any_saddle_point(payoffs, row, column):
        """
        This says whether the game has a saddle point at all, not whether this entry is one.

        Equal maximin and minimax values mean that there is one somewhere; right is to look at the
        given row and column.
        Example: figure 6.22 has one at row 2, column 1; at row 0, column 0 right is False.
        """
        return solutions.maximin(payoffs)[1] == solutions.minimax(payoffs)[1]

    @misconception
    def value_of_the_game(payoffs, row, column):
        """
        This says whether the entry is as large as the game's value; it may be so elsewhere, too.

        Right is to look at the entry's own row and column.
        Example: in the rows (6, 1) and (9, 6) the value is 6, in row 1, column 1; the 6 in row 0
        is no saddle point.
        """
        value = solutions.maximin(payoffs)[1]
        return bool(payoffs[row, column] == value == solutions.minimax(payoffs)[1])

    @misconception
    def neighbours_only(payoffs, row, column):
        """
        Only the neighbouring entries are looked at; moves have no neighbours.

        Right is the least of the whole row and the greatest of the whole column.
        Example: in the row (1, 7, 5, 9), 5 is less than both of its neighbours, but 1 is the
        least.
        """
        entry = payoffs[row, column]
        beside = payoffs[row, max(column - 1, 0) : column + 2]
        above_and_below = payoffs[max(row - 1, 0) : row + 2, column]
        return bool(entry <= beside.min() and entry >= above_and_below.max())

    @misconception
    def counted_from_one(payoffs, row, column):
        """
        Row and column are taken as counted from 1; here, the first ones are 0.

        The entry is `payoffs[row, column]`; you look at `payoffs[row - 1, column - 1]`.
        Example: in figure 6.22 the saddle point is row 2, column 1; you look at row 1, column 0.
        """
        return solutions.is_saddle_point(payoffs, row - 1, column - 1)

    @misconception
    def never(payoffs, row, column):
        """
        The answer is False everywhere; some of these entries are saddle points.

        Is the entry compared with all of its row, itself included, by < and >? It is not less
        than itself: use ≤ and ≥.
        Example: in figure 6.22, row 2, column 1 is the least of (8, 6, 10) and the greatest of
        (−2, −10, 6): True.
        """
        return False

    @counterexamples
    def small_games(draw):
        payoffs = small_payoffs(draw)
        rows, columns = payoffs.shape
        return {
            "payoffs": payoffs,
            "row": draw.integer(0, rows - 1),
            "column": draw.integer(0, columns - 1),
        }


def hessian_of(rng, signs):
    """
    A symmetric matrix of small whole numbers whose eigenvalues have the given signs.

    BᵀDB has the signs of D, by Sylvester's law of inertia, and a 0 in D makes an eigenvalue that
    is exactly 0. The others are clearly not 0. Every entry of the matrix differs from 0. With a 0
    among the signs, the matrix is divided by a power of 2 until its eigenvalues are below 1, so
    that rounding in float32 stays below the fixed bounds for 0 that students choose.
    """
    n = len(signs)
    while True:
        factor = rng.integers(-2, 3, (n, n))
        hessian = factor.T @ np.diag(signs) @ factor
        eigenvalues = np.sort(np.abs(np.linalg.eigvalsh(hessian)))
        decided = eigenvalues[-1] < 30 * eigenvalues[np.count_nonzero(np.array(signs) == 0)]
        if decided and hessian.all() and abs(round(np.linalg.det(factor))) > 0:
            if 0 in signs:
                return hessian / 2.0 ** np.ceil(np.log2(eigenvalues[-1]))
            return hessian.astype(np.float64)


KINDS = {
    "minimum": [(1, 1), (1, 1, 1), (1, 1, 1, 1)],
    "maximum": [(-1, -1), (-1, -1, -1), (-1, -1, -1, -1)],
    "saddle": [(1, -1), (1, 1, -1), (1, -1, -1), (1, -1, -1, -1), (1, 1, -1, -1)],
    "degenerate": [(1, 0), (-1, 0), (1, 1, 0), (-1, -1, 0), (1, -1, 0), (1, 1, -1, 0)],
}


@task("critical_point_kind(hessian: float[n, n]) -> str")
class CriticalPointKind:
    """
    Whether a critical point is a minimum, a maximum, a saddle or none that can be told.

    From the eigenvalues of the symmetric Hessian at the point: "degenerate" where one of them is
    0, whatever the others are; else "minimum" where all are positive, "maximum" where all are
    negative, "saddle" where there are both. An eigenvalue counts as 0 up to rounding: what a
    library returns for 0 may be a number of either sign, tiny beside the largest eigenvalue. One
    that is not 0 is at least a hundredth of the largest in magnitude.
    """

    reference = solutions.critical_point_kind

    @check(points=1)
    def functions_of_two_variables(rng):
        """x² − y² and other quadratic forms in x and y."""
        for words, entries in (
            ("x² − y²", (2, 0, -2)),
            ("x² + y²", (2, 0, 2)),
            ("−x² − 3y²", (-2, 0, -6)),
            ("(x + y)²", (2, 2, 2)),
            ("−(x − 2y)²", (-2, 4, -8)),
            ("xy", (0, 1, 0)),
            ("x² + 6xy + 2y²", (2, 6, 4)),
            ("−x² + 4xy − y²", (-2, 4, -2)),
        ):
            xx, xy, yy = map(float, entries)
            yield case(words, hessian=np.array([[xx, xy], [xy, yy]]))

    @check(points=2)
    def more_variables(rng):
        """Minima, maxima and saddles in two, three and four variables."""
        for kind in ("saddle", "minimum", "maximum"):
            for signs in KINDS[kind]:
                label = f"a {kind} in {len(signs)} variables"
                yield case(label, hessian=hessian_of(rng, signs))
        saddle = hessian_of(rng, (1, 1, -1))
        while not np.all(np.diag(saddle) > 0):
            saddle = hessian_of(rng, (1, 1, -1))
        yield case("a saddle with a positive diagonal", hessian=saddle)

    @check(points=1)
    def degenerate(rng):
        """Hessians with an eigenvalue 0, beside others of one sign and of both."""
        yield case("a maximum, for comparison", hessian=hessian_of(rng, (-1, -1, -1)))
        for signs in KINDS["degenerate"]:
            label = f"eigenvalues of the signs {', '.join(map(str, signs))}"
            yield case(label, hessian=hessian_of(rng, signs))
        yield case("a minimum, for comparison", hessian=hessian_of(rng, (1, 1, 1)))
        yield case("zeros", hessian=np.zeros((2, 2)))
        yield case("one variable, 0", hessian=np.zeros((1, 1)))

    @check(points=1)
    def scales_and_layouts(rng):
        """Small and large second derivatives, one variable, other memory layouts."""
        for signs in ((1, -1, -1), (1, 1, 1)):
            yield case("divided by 8", hessian=hessian_of(rng, signs) / 8)
        yield case("times 64", hessian=64 * np.array([[1.0, 3], [3, 2]]))
        yield case("a minimum, in hundredths", hessian=np.array([[2.0, 1], [1, 2]]) / 128)
        yield case("one variable, negative", hessian=np.full((1, 1), -3.5))
        yield case("one variable, positive", hessian=np.full((1, 1), 1 / 1024))
        every_second = np.ones((6, 6))
        every_second[::2, ::2] = hessian_of(rng, (-1, -1, -1))
        yield case("every second row and column", hessian=every_second[::2, ::2])
        reversed_axes = hessian_of(rng, (1, 1, -1))[::-1, ::-1]
        reversed_axes.flags.writeable = False
        yield case("variables in reverse order", hessian=reversed_axes)

    @misconception
    def sign_of_determinant(hessian):
        """
        The sign of the determinant alone does not tell: it is the product of all eigenvalues.

        Two negative eigenvalues give a positive product, as two positive ones do. Right is to look
        at the sign of every eigenvalue.
        Example: −x² − y² has the Hessian diag(−2, −2) with the determinant 4, and a maximum; you
        return "minimum".
        """
        determinant = clean_eigenvalues(hessian).prod()
        if determinant == 0:
            return "degenerate"
        return "minimum" if determinant > 0 else "saddle"

    @misconception
    def negative_determinant_is_maximum(hessian):
        """
        The sign of the determinant is taken for the sign of all eigenvalues.

        A negative determinant means an odd number of negative eigenvalues. Right is to look at the
        sign of every eigenvalue.
        Example: x² − y² has the determinant −4 and a saddle; you return "maximum".
        """
        determinant = clean_eigenvalues(hessian).prod()
        if determinant == 0:
            return "degenerate"
        return "minimum" if determinant > 0 else "maximum"

    @misconception
    def two_variable_test(hessian):
        """
        This is the test for two variables; with more, the determinant and one entry do not tell.

        det > 0 and f_xx > 0 mean a minimum in two variables only. In three, diag(1, −1, −1) has
        the determinant 1 as well. Right is to look at the sign of every eigenvalue.
        Example: diag(1, −1, −1) is a saddle; you return "minimum".
        """
        determinant = clean_eigenvalues(hessian).prod()
        if determinant == 0:
            return "degenerate"
        if determinant < 0:
            return "saddle"
        return "minimum" if hessian[0, 0] > 0 else "maximum"

    @misconception
    def sign_of_trace(hessian):
        """
        The trace is the sum of the eigenvalues: its sign is that of the largest ones at best.

        Right is to look at the sign of every eigenvalue.
        Example: 3x² − y² has the trace 6 − 2 = 4 and a saddle; you return "minimum".
        """
        trace = np.trace(hessian)
        if abs(trace) < 1e-6:
            return "saddle"
        return "minimum" if trace > 0 else "maximum"

    @misconception
    def diagonal_only(hessian):
        """
        Only the diagonal is looked at; the mixed derivatives decide as much.

        Along x and y a function may rise while it falls in between. Right are the signs of the
        eigenvalues, which are the diagonal only where all else is 0.
        Example: x² + 6xy + 2y² has the diagonal (2, 4), but at x = −y it is −3x²: a saddle.
        """
        diagonal = np.diag(hessian)
        if np.any(diagonal == 0):
            return "degenerate"
        if np.all(diagonal > 0):
            return "minimum"
        return "maximum" if np.all(diagonal < 0) else "saddle"

    @misconception
    def minors_of_one_sign(hessian):
        """
        At a maximum the leading minors are not all negative: their signs alternate, − + − ...

        The k-th minor is the product of k eigenvalues of one sign, so −H must have positive ones.
        Right is to look at the sign of every eigenvalue, or to test H and −H.
        Example: diag(−2, −2) has the minors −2 and 4 and a maximum; you return "saddle".
        """
        sizes = range(1, len(hessian) + 1)
        minors = [clean_eigenvalues(hessian[:k, :k]).prod() for k in sizes]
        if minors[-1] == 0:
            return "degenerate"
        if min(minors) > 0:
            return "minimum"
        return "maximum" if max(minors) < 0 else "saddle"

    @misconception
    def minimum_and_maximum_exchanged(hessian):
        """
        Minimum and maximum are exchanged.

        A function that curves upwards in every direction, all eigenvalues positive, has a
        minimum.
        Example: x² + y² has the eigenvalues 2 and 2 and a minimum at 0; you return "maximum".
        """
        return solutions.critical_point_kind(-hessian)

    @misconception
    def zero_counts_as_positive(hessian):
        """
        An eigenvalue 0 counts as positive: the function may fall in that direction all the same.

        Right is "degenerate" as soon as one eigenvalue is 0; higher derivatives decide then.
        Example: x² + y³ has the eigenvalues 2 and 0 at 0 and no minimum there; you return
        "minimum".
        """
        eigenvalues = clean_eigenvalues(hessian)
        if np.all(eigenvalues >= 0):
            return "minimum"
        return "maximum" if np.all(eigenvalues < 0) else "saddle"

    @misconception
    def zero_counts_for_either(hessian):
        """
        An eigenvalue 0 does not keep a point from being a minimum or maximum here.

        Right is "degenerate" as soon as one eigenvalue is 0; higher derivatives decide then. You
        return a kind as long as the other eigenvalues have one sign.
        Example: x² + y³ has the eigenvalues 2 and 0 at 0 and no minimum there; you return
        "minimum".
        """
        eigenvalues = clean_eigenvalues(hessian)
        if not eigenvalues.any():
            return "degenerate"
        if np.all(eigenvalues >= 0):
            return "minimum"
        return "maximum" if np.all(eigenvalues <= 0) else "saddle"

    @misconception
    def saddle_before_degenerate(hessian):
        """
        A point with eigenvalues of both signs and a 0 is called a saddle here.

        Here an eigenvalue 0 means "degenerate", whatever the others are: ask for it first.
        Example: the eigenvalues 2, −2 and 0 are degenerate; you return "saddle".
        """
        eigenvalues = clean_eigenvalues(hessian)
        if eigenvalues.min() < 0 < eigenvalues.max():
            return "saddle"
        return solutions.critical_point_kind(hessian)

    @misconception
    def saddle_for_all_else(hessian):
        """
        What is neither a minimum nor a maximum is called a saddle; it may be degenerate.

        Right is "degenerate" as soon as one eigenvalue is 0.
        Example: (x + y)² has the eigenvalues 4 and 0 and is degenerate; you return "saddle".
        """
        kind = solutions.critical_point_kind(hessian)
        return "saddle" if kind == "degenerate" else kind

    @misconception
    def compared_with_exact_zero(hessian):
        """
        An eigenvalue 0 is missed: what is computed for it is some 10⁻¹⁷, not exactly 0.

        Count an eigenvalue as 0 when it is tiny beside the largest one, such as
        `abs(eigenvalue) <= 1e-6 * abs(eigenvalues).max()`.
        Example: for (x + y + z)², `np.linalg.eigvalsh` may return 6, 10⁻¹⁶ and −10⁻¹⁵: degenerate;
        you see a saddle.
        """
        eigenvalues = np.linalg.eigvalsh(hessian)
        if np.any(eigenvalues == 0):
            return "degenerate"
        if np.all(eigenvalues > 0):
            return "minimum"
        return "maximum" if np.all(eigenvalues < 0) else "saddle"

    @counterexamples
    def small_hessians(draw):
        n = draw.integer(1, 3)
        entries = draw.array("int64", (n, n), -2, 2).astype(np.float64)
        return {"hessian": np.triu(entries) + np.triu(entries, 1).T}

    @workload(sizes=(3, 6, 12))
    def far_from_degenerate(rng, size):
        """
        A Hessian of that many variables, with eigenvalues near ±size.

        With more of them, the determinant of a Hessian of norm 1 would fall below every bound for
        0 that students choose: it is at most nⁿ to the power of −½.
        """
        noise = rng.random((size, size), dtype=np.float32)
        signs = rng.choice([-1, 1], size) if rng.random() < 0.5 else rng.choice([-1, 1])
        return {"hessian": noise + noise.T - 1 + np.diag(np.full(size, 1.0 * size) * signs)}


def clean_eigenvalues(hessian):
    """The eigenvalues, with zeros where rounding alone is left."""
    eigenvalues = np.linalg.eigvalsh(hessian)
    tiny = np.abs(eigenvalues) <= solutions.ZERO * np.abs(eigenvalues).max()
    return np.where(tiny, 0.0, eigenvalues)
