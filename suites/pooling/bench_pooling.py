"""
Pooling: from windows of a map to single numbers.

Maps have their rows and columns last: (H, W), and (N, C, H, W) for N images of C channels each. A
window is a square of `size` × `size` cells; windows are disjoint and cover the map. Rows, columns
and cells are counted from 0. The numbers may be negative.
"""

from itertools import pairwise

import numpy as np

from benchharness.suite import (
    case,
    check,
    close,
    counterexamples,
    drawing,
    holds,
    illustration,
    misconception,
    photograph,
    reference,
    refused,
    task,
    workload,
)

solutions = reference(__file__)

MODES = ("max", "average", "sum")

FIGURE_2 = np.array([[1, 1, 2, 4], [5, 6, 7, 8], [3, 2, 1, 0], [1, 2, 3, 4]], np.float64)
"""A map with its maxima where those of figure 2 in the lecture notes are."""

LAB_MATRIX = np.array(
    [[12, 20, 30, 0], [8, 12, 2, 0], [34, 70, 37, 4], [112, 100, 25, 12]], np.float64
)
"""The matrix in section 1.7 of the course of three labs."""


# Inputs that several tasks share


def different(rng, shape):
    """A map of different multiples of a quarter, as many below 0 as above."""
    count = int(np.prod(shape))
    return (rng.permutation(count).reshape(shape) - count // 2) / 4


def laid_out(fresh):
    """Fresh maps in layouts that differ from C order, each with the words for it."""
    read_only = fresh()
    read_only.flags.writeable = False
    yield "a read-only map", read_only
    yield "a map in Fortran order", np.asfortranarray(fresh())
    yield "a transposed map", fresh().swapaxes(-1, -2)
    yield "a map upside down (negative strides)", fresh()[..., ::-1, ::-1]
    yield "every second cell of a map", fresh()[..., ::2, ::2]


def windows_of(x, size):
    """The windows of every plane, with the row and the column in a window last."""
    *planes, H, W = x.shape
    blocks = x.reshape(*planes, H // size, size, W // size, size)
    return blocks.swapaxes(-3, -2)


def corners_of(x, size):
    """Row and column of each window's top-left cell, to be broadcast against each other."""
    H, W = x.shape[-2:]
    return np.arange(0, H, size)[:, np.newaxis], np.arange(0, W, size)


def cell_of_maximum(x, size):
    """Row and column of each window's maximum, counted in its window."""
    windows = windows_of(x, size)
    return np.divmod(windows.reshape(*windows.shape[:-2], -1).argmax(axis=-1), size)


def place_of_maximum(x, size):
    """Row and column of each window's maximum, counted in its plane."""
    top, left = corners_of(x, size)
    row, column = cell_of_maximum(x, size)
    return top + row, left + column


def grey(plane, like):
    """A plane in grey, from black for the least value of `like` to white for the largest."""
    low, high = float(like.min()), float(like.max())
    return (plane - low) * (255 / max(high - low, 1e-9))


@task("pool2d(x: float[H, W], size: int, mode: str) -> float[H/size, W/size]")
class Pool2d:
    """
    The maximum, the average or the sum of each window of a map.

    The map is divided into disjoint windows of size × size cells. Cell (i, j) of the result is
    f of the cells x(i·size + a, j·size + b), 0 ≤ a, b < size, where f is named by the mode:
    "max", "average" or "sum".

    Raise ValueError where size does not divide both H and W.
    """

    reference = solutions.pool2d

    def largest_result(x, size, mode):
        return float(np.abs(x).max()) * (size**2 if mode == "sum" else 1)

    rule = close(scale=largest_result)

    @check(points=1)
    def worked_examples(rng):
        """A photograph in blocks, and two matrices of the course texts in every mode."""
        coins = photograph("coins")[:300, :380].astype(np.float64)
        yield case("coins, windows of 10", x=coins, size=10, mode="average")
        for name, x in (("the lab's matrix", LAB_MATRIX), ("figure 2's matrix", FIGURE_2)):
            for mode in MODES:
                yield case(f"{mode} of {name}", x=x, size=2, mode=mode)

    @check(points=1)
    def random_maps(rng):
        """Maps that are not square, of either sign, windows of several sizes."""
        for mode in MODES:
            yield case(f"{mode}, windows of 3", x=rng.normal(0, 8, (6, 12)), size=3, mode=mode)
        yield case("sum, windows of 4", x=rng.normal(0, 8, (12, 8)), size=4, mode="sum")
        yield case("average, windows of 5", x=rng.normal(0, 8, (5, 15)), size=5, mode="average")
        negative = rng.uniform(-9, -1, (8, 6))
        yield case("max where all are negative", x=negative, size=2, mode="max")
        yield case("max, windows of one cell", x=rng.normal(0, 8, (3, 4)), size=1, mode="max")
        yield case("max, a single window", x=rng.normal(0, 8, (7, 7)), size=7, mode="max")

    @check(points=1)
    def sides_of_the_map(rng):
        """Windows that divide the sides of a map, and windows that do not."""
        for shape, size, mode in (((6, 8), 2, "max"), ((8, 4), 4, "average"), ((3, 9), 3, "sum")):
            x = rng.uniform(1, 9, shape)
            yield case(f"{mode} of {shape}, windows of {size}", x=x, size=size, mode=mode)
        for shape, size, mode in (
            ((3, 4), 2, "max"),
            ((4, 3), 2, "average"),
            ((9, 10), 3, "sum"),
            ((5, 7), 3, "max"),
            ((4, 4), 8, "sum"),
        ):
            x = rng.uniform(1, 9, shape)
            yield refused(f"{mode} of {shape}, windows of {size}", x=x, size=size, mode=mode)

    @check(points=1)
    def memory_layouts(rng):
        """Read-only, transposed, reversed and strided maps."""
        modes = iter(MODES * 2)
        for words, x in laid_out(lambda: rng.normal(-8, 8, (12, 20))):
            yield case(words, x=x, size=2, mode=next(modes))

    @misconception
    def overlapping_windows(x, size, mode):
        """
        The windows overlap: they move on by one cell instead of by their size.

        Right are disjoint windows, so that the result has H/size rows: window (i, j) starts at
        row i·size and column j·size; yours starts at (i, j).
        Example: the maxima of the row 1, 5, 2, 3 above the row 0, 0, 0, 0 with size 2 are 5, 3;
        you return 5, 5, 3.
        """
        windows = np.lib.stride_tricks.sliding_window_view(x, (size, size))
        return {"max": np.max, "average": np.mean, "sum": np.sum}[mode](windows, axis=(2, 3))

    @misconception
    def sum_for_average(x, size, mode):
        """
        The average is not divided: it is the sum.

        Right is the sum of a window divided by its number of cells, size².
        Example: the window 12, 20 above 8, 12 has the average 52/4 = 13; you return 52.
        """
        return solutions.pool2d(x, size, "sum" if mode == "average" else mode)

    @misconception
    def average_for_sum(x, size, mode):
        """
        The sum is divided by the number of cells: it is the average.

        Right is the sum of the window's cells, undivided.
        Example: the window 12, 20 above 8, 12 has the sum 52; you return 13.
        """
        return solutions.pool2d(x, size, "average" if mode == "sum" else mode)

    @misconception
    def divided_by_side(x, size, mode):
        """
        The average is divided by the side of the window instead of its number of cells.

        Right is the sum divided by size²; you divide by size.
        Example: the window 12, 20 above 8, 12 has the average 52/4 = 13; you return 52/2 = 26.
        """
        pooled = solutions.pool2d(x, size, mode)
        return pooled * size if mode == "average" else pooled

    @misconception
    def average_rounded_down(x, size, mode):
        """
        The average is rounded down to a whole number.

        Right is the sum divided by size² with `/`; `//` and integer arrays lose the fraction.
        Example: the window 37, 4 above 25, 12 has the average 78/4 = 19.5; you return 19.
        """
        pooled = solutions.pool2d(x, size, mode)
        return np.floor(pooled) if mode == "average" else pooled

    @misconception
    def always_maximum(x, size, mode):
        """
        The mode is not looked at: the result is always the maximum.

        Right is the maximum for "max", the mean for "average" and the sum for "sum".
        Example: the window 12, 20 above 8, 12 has the average 13 and the sum 52; you return 20.
        """
        return solutions.pool2d(x, size, "max")

    @misconception
    def maximum_starts_at_zero(x, size, mode):
        """
        The search for the maximum starts at 0, so a window of negative numbers gives 0.

        Start with a cell of the window, or with −∞. Padding with zeros has the same effect.
        Example: the window −3, −1 above −4, −2 has the maximum −1; you return 0.
        """
        pooled = solutions.pool2d(x, size, mode)
        return np.maximum(pooled, 0) if mode == "max" else pooled

    @misconception
    def largest_magnitude(x, size, mode):
        """
        The maximum is taken of the magnitudes: signs are lost.

        Right is the largest number; −5 is smaller than 2.
        Example: the window −5, 2 above 0, 1 has the maximum 2; you return 5.
        """
        return solutions.pool2d(np.abs(x) if mode == "max" else x, size, mode)

    @misconception
    def distant_cells(x, size, mode):
        """
        The cells of a window are not neighbours: they lie H/size rows and W/size columns apart.

        `x.reshape(size, H // size, size, W // size)` splits the axes the wrong way round. Right
        is `x.reshape(H // size, size, W // size, size)`, reduced over its axes 1 and 3.
        Example: the maxima of the row 1, 2, 3, 4 above the row 0, 0, 0, 0 with size 2 are 2, 4;
        you return 3, 4.
        """
        H, W = x.shape
        blocks = x.reshape(size, H // size, size, W // size)
        return {"max": np.max, "average": np.mean, "sum": np.sum}[mode](blocks, axis=(0, 2))

    @misconception
    def size_counts_windows(x, size, mode):
        """
        The map is divided into size × size windows; size is the side of one window.

        Right is a result of H/size rows and W/size columns; yours has size rows and columns. The
        lecture notes call the sides of a window multiples of those of the map; it is the map
        whose sides are multiples.
        Example: the row 1, 2, 3, 4, 5, 6 above the row 0, 0, 0, 0, 0, 0 with size 2 has three
        windows with the maxima 2, 4, 6; you make two windows of three columns.
        """
        H, W = x.shape
        if H % size or W % size:
            raise ValueError("no such windows")
        blocks = x.reshape(size, H // size, size, W // size)
        return {"max": np.max, "average": np.mean, "sum": np.sum}[mode](blocks, axis=(1, 3))

    @misconception
    def remainder_dropped(x, size, mode):
        """
        Rows and columns that fill no window are dropped in silence.

        Most libraries do so; this task asks for ValueError where size does not divide H and W,
        so that nobody loses a part of a map unawares.
        Example: size 2 does not divide the row count 3: raise ValueError; you return the
        windows of the first 2 rows.
        """
        H, W = x.shape
        return solutions.pool2d(x[: H - H % size, : W - W % size], size, mode)

    @misconception
    def padded_with_zeros(x, size, mode):
        """
        A map that the windows do not divide is padded with zeros.

        This task asks for ValueError where size does not divide H and W. Zeros would change
        averages, and maxima of negative numbers.
        Example: size 2 does not divide the row count 3: raise ValueError; you return two rows of
        windows, the second one half empty.
        """
        H, W = x.shape
        return solutions.pool2d(np.pad(x, ((0, -H % size), (0, -W % size))), size, mode)

    @misconception
    def columns_not_checked(x, size, mode):
        """
        Only the rows are checked: columns that fill no window are dropped.

        Size must divide both H and W; raise ValueError otherwise.
        Example: size 2 does not divide the column count 3 of a 4 × 3 map: raise ValueError; you
        return the windows of the first 2 columns.
        """
        return solutions.pool2d(x[:, : x.shape[1] - x.shape[1] % size], size, mode)

    @counterexamples
    def small_maps(draw):
        size = draw.integer(1, 3)
        rows, columns = draw.integer(1, 2), draw.integer(1, 2)
        x = draw.array("int64", (rows * size, columns * size), -9, 9).astype(np.float64)
        return {"x": x, "size": size, "mode": draw.choice(MODES)}

    @workload(sizes=(128, 512, 2048), operations=lambda size: 3 * (size // 2) ** 2)
    def maxima(rng, size):
        """The maxima of the 2 × 2 windows of a square map of that side."""
        return {"x": rng.random((size, size), dtype=np.float32), "size": 2, "mode": "max"}

    @illustration
    def pictures(expected, yours, x, size, mode):
        yield drawing("Input", grey(x, x))
        yield drawing(f"Expected {mode} of {size} × {size}", grey(expected, expected))
        yield drawing("Yours", grey(yours, expected))


@task(
    "max_pool_indices(x: float[N, C, H, W], size: int)"
    " -> (values: float[N, C, H/size, W/size], indices: int[N, C, H/size, W/size])"
)
class MaxPoolIndices:
    """
    The maximum of each window of every plane, and where in the plane it stands.

    The planes are divided into disjoint windows of size × size cells; size divides H and W. The
    index of the cell in row y and column x is y·W + x, counted within its own plane: it lies in
    0 ≤ index < H·W for every image and channel, whatever the order of the axes (TensorFlow's
    own `max_pool_with_argmax` counts otherwise). Where a window has its maximum in several
    cells, the index of each of them is right.
    """

    reference = solutions.max_pool_indices

    def wrong_maxima(answer, expected, x, size):
        values, indices = answer
        maxima, places = expected
        for name, got in (("values", values), ("indices", indices)):
            if got.shape != maxima.shape:
                shapes = f"got the shape {got.shape}, expected {maxima.shape}"
                return f"{name}: {shapes}, as (images, channels, rows, columns)."
        allowed = 1e-6 * np.abs(x).max()
        differs = ~(np.abs(values - maxima) <= allowed)
        if differs.any():
            at = first(differs)
            text = f"got {values[at]:.6g}, expected {maxima[at]:.6g}"
            return f"values: {counted(differs)} {window_at(at)}: {text}."
        top, left = corners_of(x, size)
        row, column = np.divmod(indices, x.shape[3])
        inside = (row - row % size == top) & (column - column % size == left)
        cells = np.where(inside, indices, places)
        planes = x.reshape(*x.shape[:2], -1)
        found = np.take_along_axis(planes, cells.reshape(*x.shape[:2], -1), axis=2)
        misses = ~inside | (found.reshape(maxima.shape) < maxima - allowed)
        if misses.any():
            at = first(misses)
            where = f"row {places[at] // x.shape[3]}, column {places[at] % x.shape[3]}"
            text = f"got {indices[at]}; the maximum {maxima[at]:.6g} is at {places[at]} ({where})"
            return f"indices: {counted(misses)} {window_at(at)}: {text}."
        return None

    rule = holds(wrong_maxima)

    @check(points=1)
    def worked_examples(rng):
        """One plane: figure 2 of the lecture notes, the lab's matrix, and its first two rows."""
        yield case("the lab's matrix", x=LAB_MATRIX[np.newaxis, np.newaxis], size=2)
        yield case("its first two rows", x=LAB_MATRIX[np.newaxis, np.newaxis, :2], size=2)
        yield case("figure 2's matrix", x=FIGURE_2[np.newaxis, np.newaxis], size=2)

    @check(points=2)
    def images_and_channels(rng):
        """Several images and channels, planes that are not square, windows of several sizes."""
        yield case("windows of 2", x=different(rng, (2, 3, 4, 6)), size=2)
        yield case("windows of 3", x=different(rng, (3, 2, 9, 6)), size=3)
        yield case("windows of one cell", x=different(rng, (2, 2, 3, 4)), size=1)
        yield case("a single window", x=different(rng, (2, 3, 4, 4)), size=4)
        yield case("one image of one channel", x=different(rng, (1, 1, 10, 5)), size=5)

    @check(points=1)
    def negative_numbers_and_ties(rng):
        """Planes of negative numbers, maxima in every corner, and equal maxima."""
        yield case("negative numbers", x=different(rng, (2, 2, 4, 6)) - 50, size=2)
        corners = different(rng, (1, 2, 6, 12)) - 50
        for row, column in ((0, 0), (0, 5), (2, 6), (2, 11)):
            corners[:, :, row::3, column] = different(rng, (1, 2, 2))
        yield case("maxima in the corners of the windows", x=corners, size=3)
        yield case("many equal maxima", x=rng.integers(-2, 2, (2, 3, 6, 9)) / 2, size=3)
        yield case("equal numbers", x=np.full((2, 2, 4, 6), float(rng.integers(-9, -1))), size=2)

    @check(points=1)
    def memory_layouts(rng):
        """Read-only, transposed, reversed and strided maps."""
        for words, x in laid_out(lambda: different(rng, (2, 2, 8, 12))):
            yield case(words, x=x, size=2)
        x = np.moveaxis(different(rng, (2, 4, 6, 3)), 3, 1)
        yield case("channels last in memory", x=x, size=2)

    @misconception
    def index_in_window(x, size):
        """
        The index counts the cells of the window; it must count those of the whole plane.

        Right is y·W + x with the row y and the column x of the cell in its plane; `argmax` of a
        window of its own counts from that window's corner: add i·size and j·size.
        Example: in the row 1, 2, 3, 4 above the row 0, 0, 0, 0 with size 2 the maximum 4 has the
        index 0·4 + 3 = 3; you return 1.
        """
        row, column = cell_of_maximum(x, size)
        return solutions.max_pool_indices(x, size)[0], row * size + column

    @misconception
    def cell_in_rows_of_plane(x, size):
        """
        The corner of the window is not added: all indices lie in the first window.

        Right is y·W + x with y = i·size + a and x = j·size + b for the cell (a, b) of the window
        (i, j); you return a·W + b.
        Example: in the row 1, 2, 3, 4 above the row 0, 0, 0, 9 with size 2 the maximum 9 has the
        index 1·4 + 3 = 7; you return 1·4 + 1 = 5.
        """
        row, column = cell_of_maximum(x, size)
        return solutions.max_pool_indices(x, size)[0], row * x.shape[3] + column

    @misconception
    def corner_of_window(x, size):
        """
        The index is that of the window's top-left cell, not that of the maximum.

        Right is y·W + x of the cell that holds the maximum; you return i·size·W + j·size.
        Example: in the row 1, 2, 3, 4 above the row 0, 0, 0, 0 with size 2 the maximum 4 has the
        index 3; you return 2.
        """
        values, indices = solutions.max_pool_indices(x, size)
        top, left = corners_of(x, size)
        return values, np.zeros_like(indices) + top * x.shape[3] + left

    @misconception
    def column_major(x, size):
        """
        The cells are counted column by column; they must be counted row by row.

        Right is y·W + x; you return x·H + y, as MATLAB counts.
        Example: in the row 1, 2, 3, 4 above the row 0, 0, 0, 0 with size 2 the maximum 4 has the
        index 0·4 + 3 = 3; you return 3·2 + 0 = 6.
        """
        y, column = place_of_maximum(x, size)
        return solutions.max_pool_indices(x, size)[0], column * x.shape[2] + y

    @misconception
    def row_and_column_exchanged(x, size):
        """
        The row and the column are exchanged in the formula.

        Right is y·W + x with the row y and the column x; you return x·W + y, which can lie beyond
        the plane.
        Example: in the row 1, 2, 3, 4 above the row 0, 0, 0, 0 with size 2 the maximum 4 has the
        index 0·4 + 3 = 3; you return 3·4 + 0 = 12.
        """
        y, column = place_of_maximum(x, size)
        return solutions.max_pool_indices(x, size)[0], column * x.shape[3] + y

    @misconception
    def rows_counted_with_height(x, size):
        """
        A row is counted as H cells long; it has W cells.

        Right is y·W + x; you return y·H + x, which is the same in square planes only.
        Example: in the row 1, 2, 3, 4 above the row 0, 0, 0, 9 with size 2 the maximum 9 has the
        index 1·4 + 3 = 7; you return 1·2 + 3 = 5.
        """
        y, column = place_of_maximum(x, size)
        return solutions.max_pool_indices(x, size)[0], y * x.shape[2] + column

    @misconception
    def rows_of_pooled_map(x, size):
        """
        A row is counted as W/size cells long, as in the pooled map; the plane's rows have W.

        Right is y·W + x with the W of the input; you return y·(W/size) + x.
        Example: in the row 1, 2, 3, 4 above the row 0, 0, 0, 9 with size 2 the maximum 9 has the
        index 1·4 + 3 = 7; you return 1·2 + 3 = 5.
        """
        y, column = place_of_maximum(x, size)
        return solutions.max_pool_indices(x, size)[0], y * (x.shape[3] // size) + column

    @misconception
    def window_transposed(x, size):
        """
        The row and the column of the maximum inside its window are exchanged.

        For a window that is flattened row by row, `argmax` k stands in row k // size and column
        k % size; you take them the other way round.
        Example: in the row 1, 2, 3, 4 above the row 0, 0, 0, 0 with size 2 the maximum 4 has the
        index 0·4 + 3 = 3; you return 1·4 + 2 = 6.
        """
        top, left = corners_of(x, size)
        row, column = cell_of_maximum(x, size)
        return solutions.max_pool_indices(x, size)[0], (top + column) * x.shape[3] + left + row

    @misconception
    def counted_from_one(x, size):
        """
        The cells are counted from 1; the first one is number 0.

        Right is y·W + x with rows and columns from 0.
        Example: in the row 1, 2, 3, 4 above the row 0, 0, 0, 0 with size 2 the maximum 4 has the
        index 3; you return 4.
        """
        values, indices = solutions.max_pool_indices(x, size)
        return values, indices + 1

    @misconception
    def counted_over_whole_array(x, size):
        """
        The index counts through all images and channels; it must count within its own plane.

        Right is y·W + x, below H·W in every plane; you add (n·C + c)·H·W.
        Example: the first cell of channel 1 has the index 0; in planes of 2 × 4 you return 8.
        """
        values, indices = solutions.max_pool_indices(x, size)
        N, C, H, W = x.shape
        return values, indices + np.arange(0, N * C * H * W, H * W).reshape(N, C, 1, 1)

    @misconception
    def counted_over_image(x, size):
        """
        The index counts through the channels of an image; it must count within its own plane.

        Right is y·W + x, below H·W in every plane; you add c·H·W.
        Example: the first cell of channel 1 has the index 0; in planes of 2 × 4 you return 8.
        """
        values, indices = solutions.max_pool_indices(x, size)
        _, C, H, W = x.shape
        return values, indices + np.arange(0, C * H * W, H * W).reshape(C, 1, 1)

    @misconception
    def channels_counted(x, size):
        """
        The index counts the channels too, as TensorFlow's `max_pool_with_argmax` does.

        Right is y·W + x within the plane; TensorFlow returns (y·W + x)·C + c. Divide by C, with
        `//`.
        Example: with C = 3, the cell in row 0 and column 2 of channel 1 has the index 2; you
        return 2·3 + 1 = 7.
        """
        values, indices = solutions.max_pool_indices(x, size)
        C = x.shape[1]
        return values, indices * C + np.arange(C)[:, np.newaxis, np.newaxis]

    @misconception
    def channels_and_images_counted(x, size):
        """
        The index counts images and channels, as TensorFlow does with `include_batch_in_index`.

        Right is y·W + x within the plane; you return ((n·H + y)·W + x)·C + c. Divide by C with
        `//`, and take the remainder modulo H·W.
        Example: with C = 3, the cell in row 0 and column 2 of channel 1 has the index 2; in
        image 0 you return 2·3 + 1 = 7, and in the next image more.
        """
        values, indices = solutions.max_pool_indices(x, size)
        N, C, H, W = x.shape
        before = np.arange(0, N * H * W, H * W).reshape(N, 1, 1, 1)
        return values, (before + indices) * C + np.arange(C)[:, np.newaxis, np.newaxis]

    @misconception
    def search_starts_at_zero(x, size):
        """
        The search for the maximum starts at 0: a window of negative numbers gives the value 0.

        Start with the first cell of the window, or with −∞.
        Example: the window −3, −1 above −4, −2 has the maximum −1; you return 0, and the index
        of the first cell.
        """
        values, indices = solutions.max_pool_indices(x, size)
        top, left = corners_of(x, size)
        return np.maximum(values, 0), np.where(values > 0, indices, top * x.shape[3] + left)

    @misconception
    def largest_magnitude(x, size):
        """
        The maximum is taken of the magnitudes: signs are lost.

        Right is the largest number; −5 is smaller than 2.
        Example: the window −5, 2 above 0, 1 has the maximum 2; you return 5.
        """
        return solutions.max_pool_indices(np.abs(x), size)

    @misconception
    def minimum(x, size):
        """
        This is the minimum of each window; the maximum is asked for.

        Right is the largest number and its place; `argmin` finds the smallest.
        Example: the window 3, 1 above 4, 2 has the maximum 4; you return 1.
        """
        values, indices = solutions.max_pool_indices(-x, size)
        return -values, indices

    @misconception
    def overlapping_windows(x, size):
        """
        The windows overlap: they move on by one cell instead of by their size.

        Right are disjoint windows: window (i, j) starts at row i·size and column j·size, and
        the results have H/size rows. The stride of a pooling layer is its size.
        Example: the maxima of the row 1, 5, 2, 3 above the row 0, 0, 0, 0 with size 2 are 5, 3;
        you return 5, 5, 3.
        """
        windows = np.lib.stride_tricks.sliding_window_view(x, (size, size), axis=(2, 3))
        flat = windows.reshape(*windows.shape[:4], -1)
        row, column = np.divmod(flat.argmax(axis=-1), size)
        i, j = np.ogrid[: flat.shape[2], : flat.shape[3]]
        return flat.max(axis=-1), (i + row) * x.shape[3] + j + column

    @counterexamples
    def small_maps(draw):
        size = draw.integer(1, 2)
        rows, columns = draw.integer(1, 2), draw.integer(1, 2)
        shape = ((1, 2), (1, 2), rows * size, columns * size)
        return {"x": draw.array("int64", shape, -9, 9).astype(np.float64), "size": size}

    @workload(sizes=(16, 64, 256), operations=lambda size: 3 * 4 * 8 * (size // 2) ** 2)
    def maxima(rng, size):
        """The 2 × 2 windows of four images of eight channels of that side."""
        return {"x": rng.random((4, 8, size, size), dtype=np.float32), "size": 2}

    @illustration
    def pictures(expected, yours, x, size):
        yield drawing("Input, first plane", grey(x[0, 0], x[0, 0]))
        yield drawing("Expected places of the maxima", marked(expected[1][0, 0], x))
        yield drawing("Yours", marked(yours[1][0, 0], x))


def marked(indices, x):
    """A plane of the map's size, white at the indices that lie in it."""
    H, W = x.shape[2:]
    return np.where(np.isin(np.arange(H * W), indices), 255, 0).reshape(H, W)


def first(wrong):
    """The place of the first wrong window."""
    return tuple(int(i) for i in np.argwhere(wrong)[0])


def counted(wrong):
    """How many windows are wrong."""
    return f"{int(wrong.sum())} of {wrong.size} windows are wrong."


def window_at(place):
    """Which window it is, in words that hold in every order of axes."""
    n, c, i, j = place
    return f"First, image {n}, channel {c}, window ({i}, {j})"


def random_places(rng, pooled, size, width):
    """For each window of planes that are `width` wide, a cell of it, as an index in its plane."""
    top, left = np.arange(pooled[2])[:, np.newaxis] * size, np.arange(pooled[3]) * size
    rows, columns = rng.integers(0, size, (2, *pooled))
    return (top + rows) * width + left + columns


def pooled_gradient(rng, pooled, size, height, width):
    """Inputs of `max_pool_backward`: a random gradient other than 0, and random places."""
    grad = rng.choice([-1.0, 1.0], pooled) * rng.uniform(0.5, 8, pooled)
    indices = random_places(rng, pooled, size, width)
    return {"grad": grad, "indices": indices, "height": height, "width": width}


def over_windows(grad, height, width):
    """The pooled gradient in every cell of its window, 0 where there is no window."""
    size = max(height // grad.shape[2], 1)
    spread = grad.repeat(size, axis=2).repeat(size, axis=3)[:, :, :height, :width]
    rest = (height - spread.shape[2], width - spread.shape[3])
    return np.pad(spread, ((0, 0), (0, 0), (0, rest[0]), (0, rest[1])))


@task(
    "max_pool_backward(grad: float[N, C, h, w], indices: int[N, C, h, w], height: int, width: int)"
    " -> float[N, C, height, width]"
)
class MaxPoolBackward:
    """
    The gradient of the loss with respect to the map that was max-pooled.

    `grad` is the gradient with respect to the pooled map, and `indices` says where each maximum
    stood: index y·width + x is the cell in row y and column x of its own plane. Each gradient goes
    to its maximum; all other cells of the height × width planes get 0. The windows were disjoint,
    so no index occurs twice in a plane. They need not have covered the map: rows and columns
    that were left over at its end get 0.
    """

    reference = solutions.max_pool_backward

    @check(points=1)
    def worked_examples(rng):
        """One plane: the maxima of figure 2 in the lecture notes, and of the lab's matrix."""
        for name, x in (("figure 2", FIGURE_2), ("the lab's matrix", LAB_MATRIX)):
            _, indices = solutions.max_pool_indices(x[np.newaxis, np.newaxis], 2)
            grad = 1.0 + rng.permutation(8)[:4].reshape(1, 1, 2, 2)
            yield case(name, grad=grad, indices=indices, height=4, width=4)

    @check(points=2)
    def images_and_channels(rng):
        """Several images and channels, planes that are not square, windows of several sizes."""
        yield case("windows of 2", **pooled_gradient(rng, (2, 3, 2, 4), 2, 4, 8))
        yield case("windows of 3", **pooled_gradient(rng, (3, 2, 3, 2), 3, 9, 6))
        yield case("windows of one cell", **pooled_gradient(rng, (2, 2, 3, 4), 1, 3, 4))
        yield case("a single window", **pooled_gradient(rng, (2, 3, 1, 1), 4, 4, 4))
        yield case("a row and columns left over", **pooled_gradient(rng, (2, 2, 3, 2), 3, 10, 8))
        corners = np.array([[0, 11], [36, 47]]).reshape(1, 1, 2, 2)
        grad = 1.5 + rng.permutation(8)[:4].reshape(1, 1, 2, 2)
        yield case("the corners of the map", grad=grad, indices=corners, height=4, width=12)

    @check(points=1)
    def memory_layouts(rng):
        """Read-only, transposed, reversed and strided gradients and indices."""
        grads = laid_out(lambda: rng.uniform(0.5, 8, (2, 2, 4, 6)))
        indices = laid_out(lambda: random_places(rng, (2, 2, 4, 6), 2, 12))
        for (words, grad), (_, places) in zip(grads, indices, strict=True):
            sides = {"height": 12 if words == "a transposed map" else 8, "width": 12}
            yield case(words, grad=grad, indices=places, **sides)

    @misconception
    def spread_evenly(grad, indices, height, width):
        """
        The gradient is spread evenly over the window; it belongs to the maximum alone.

        Only the maximum went into the pooled map, so only it has an influence on the loss. An
        even spread is the gradient of average pooling.
        Example: the gradient 4 of a 2 × 2 window with its maximum at the right of its first row
        becomes 0, 4 above 0, 0; you return 1, 1 above 1, 1.
        """
        return over_windows(grad / max(height // grad.shape[2], 1) ** 2, height, width)

    @misconception
    def whole_window(grad, indices, height, width):
        """
        Every cell of the window gets the gradient; it belongs to the maximum alone.

        Only the maximum went into the pooled map, so only it has an influence on the loss.
        Example: the gradient 4 of a 2 × 2 window with its maximum at the right of its first row
        becomes 0, 4 above 0, 0; you return 4, 4 above 4, 4.
        """
        return over_windows(grad, height, width)

    @misconception
    def top_left_cell(grad, indices, height, width):
        """
        The gradient goes to the first cell of the window, whatever the indices say.

        Right is the cell in row index // width and column index % width of the plane.
        Example: the gradient 4 of a 2 × 2 window with its maximum at the right of its first row
        becomes 0, 4 above 0, 0; you return 4, 0 above 0, 0.
        """
        size = max(height // grad.shape[2], 1)
        spread = np.zeros((*grad.shape[:2], height, width))
        spread[:, :, : grad.shape[2] * size : size, : grad.shape[3] * size : size] = grad
        return spread

    @misconception
    def divided_by_window(grad, indices, height, width):
        """
        The gradient is divided by the number of cells of the window.

        The maximum went into the pooled map as it was, with the derivative 1. The division
        belongs to average pooling.
        Example: the gradient 4 of a 2 × 2 window with its maximum at the right of its first row
        becomes 0, 4 above 0, 0; you return 0, 1 above 0, 0.
        """
        size = max(height // grad.shape[2], 1)
        return solutions.max_pool_backward(grad / size**2, indices, height, width)

    @misconception
    def ones_at_maxima(grad, indices, height, width):
        """
        The maxima are marked with 1; they must get their gradients.

        The mask of the maxima is the derivative of the pooling; by the chain rule it is
        multiplied with the gradient that arrives.
        Example: the gradient 4 of a 2 × 2 window with its maximum at the right of its first row
        becomes 0, 4 above 0, 0; you return 0, 1 above 0, 0.
        """
        return solutions.max_pool_backward(np.ones_like(grad), indices, height, width)

    @misconception
    def negative_gradient(grad, indices, height, width):
        """
        The sign is turned round: this is the step of a descent, not the gradient.

        Right is the gradient itself; the optimiser subtracts it later.
        Example: the gradient 4 of a 2 × 2 window with its maximum at the right of its first row
        becomes 0, 4 above 0, 0; you return 0, −4 above 0, 0.
        """
        return solutions.max_pool_backward(-grad, indices, height, width)

    @misconception
    def column_major(grad, indices, height, width):
        """
        The indices are read as counted column by column; they are counted row by row.

        Index k is the cell in row k // width and column k % width; you take row k % height and
        column k // height.
        Example: in a plane of 2 × 4 cells, the gradient at index 1 goes to row 0, column 1; you
        put it into row 1, column 0.
        """
        turned = solutions.max_pool_backward(grad, indices, width, height)
        return turned.swapaxes(2, 3)

    @misconception
    def first_plane_only(grad, indices, height, width):
        """
        All gradients land in the first plane of the first image.

        The indices count within a plane each; `np.put` and `result.ravel()[indices]` count
        through the whole array. Flatten every plane by itself, or add (n·C + c)·height·width.
        Example: in planes of 2 × 2 cells, index 0 of channel 1 is that channel's first cell; you
        write into channel 0.
        """
        spread = np.zeros((*grad.shape[:2], height, width))
        np.put(spread, indices, grad)
        return spread

    @misconception
    def averaged_over_images(grad, indices, height, width):
        """
        The gradient is divided by the number of images.

        The mean over the batch belongs to the loss, and is in `grad` already.
        Example: with N = 2, the gradient 4 arrives at its maximum as 4; you return 2.
        """
        return solutions.max_pool_backward(grad / len(grad), indices, height, width)

    @counterexamples
    def small_gradients(draw):
        size = draw.integer(1, 2)
        pooled = (draw.integer(1, 2), draw.integer(1, 2), draw.integer(1, 2), draw.integer(1, 2))
        grad = draw.array("int64", pooled, -9, 9).astype(np.float64)
        rows, columns = (draw.array("int64", pooled, 0, size - 1) for _ in range(2))
        height, width = pooled[2] * size, pooled[3] * size
        top, left = np.arange(0, height, size)[:, np.newaxis], np.arange(0, width, size)
        indices = (top + rows) * width + left + columns
        return {"grad": grad, "indices": indices, "height": height, "width": width}

    @workload(sizes=(16, 64, 256), operations=lambda size: 4 * 8 * (size // 2) ** 2)
    def planes(rng, size):
        """The 2 × 2 windows of four images of eight channels of that side."""
        pooled = (4, 8, size // 2, size // 2)
        indices = random_places(rng, pooled, 2, size)
        grad = rng.random(pooled, dtype=np.float32)
        return {"grad": grad, "indices": indices, "height": size, "width": size}

    @illustration
    def pictures(expected, yours, grad, indices, height, width):
        yield drawing("Pooled gradient, first plane", grey(grad[0, 0], expected[0, 0]))
        yield drawing("Expected", grey(expected[0, 0], expected[0, 0]))
        yield drawing("Yours", grey(yours[0, 0], expected[0, 0]))


def outwards(length, count):
    """The bins of the definition: starts rounded down, ends rounded up."""
    return [(i * length // count, -(-(i + 1) * length // count)) for i in range(count)]


def pooled_by(features, rois, height, width, *, bins=outwards, value=np.max):
    """RoI pooling with other bins or another function of a bin; an empty bin gives 0."""
    pooled = np.zeros((len(rois), len(features), height, width))
    for r, (top, left, bottom, right) in enumerate(rois):
        for i, (above, below) in enumerate(bins(bottom - top, height)):
            for j, (start, stop) in enumerate(bins(right - left, width)):
                rows, columns = slice(top + above, top + below), slice(left + start, left + stop)
                cells = features[:, rows, columns].reshape(len(features), -1)
                if cells.size:
                    pooled[r, :, i, j] = value(cells, axis=1)
    return pooled


def regions(*corners):
    """Regions of interest, one in a row."""
    return np.array(corners, np.int64)


def random_regions(rng, count, shape, smallest):
    """Random regions in a map of that shape, of at least so many rows and columns."""
    h, w = (rng.integers(smallest, side + 1, count) for side in shape)
    top, left = rng.integers(0, shape[0] - h + 1), rng.integers(0, shape[1] - w + 1)
    return np.stack([top, left, top + h, left + w], axis=1)


@task(
    "roi_pool(features: float[C, H, W], rois: int[R, 4], height: int, width: int)"
    " -> float[R, C, height, width]"
)
class RoiPool:
    """
    The maxima of a grid of height × width bins that is laid over each region of interest.

    A region is (top, left, bottom, right). Its rows are top ≤ y < bottom and its columns
    left ≤ x < right; it lies in the map and is not empty. Let it have h = bottom − top rows: then
    the bins in row i of the grid cover the rows ⌊i·h/height⌋ ≤ y − top < ⌈(i + 1)·h/height⌉ of
    the map, and the columns likewise. Where height does not divide h, neighbouring bins share a
    row; where the grid has more rows than the region, several bins cover the same row.
    """

    reference = solutions.roi_pool

    @check(points=1)
    def bins_that_divide(rng):
        """The grid divides the regions; the lab's matrix in one region is max-pooling."""
        features = rng.normal(0, 8, (3, 8, 9))
        rois = regions((1, 2, 5, 8), (3, 0, 7, 3), (0, 3, 8, 9))
        yield case("three regions", features=features, rois=rois, height=2, width=3)
        whole = {"rois": regions((0, 0, 4, 4)), "height": 2, "width": 2}
        yield case("the lab's matrix", features=LAB_MATRIX[np.newaxis], **whole)
        features = rng.normal(0, 8, (2, 6, 6))
        rois = regions((1, 1, 4, 3), (2, 3, 5, 5))
        yield case("a bin for every cell", features=features, rois=rois, height=3, width=2)

    @check(points=2)
    def bins_that_overlap(rng):
        """The grid does not divide the regions, and regions overlap."""
        features = rng.normal(0, 8, (2, 12, 13))
        rois = regions((1, 2, 8, 10), (3, 1, 11, 12), (1, 2, 12, 13))
        yield case("a grid of 3 × 3", features=features, rois=rois, height=3, width=3)
        rois = random_regions(rng, 5, (12, 13), 5)
        yield case("a grid of 3 × 4", features=features, rois=rois, height=3, width=4)
        rois = regions((2, 0, 9, 11), (0, 2, 11, 13), (5, 1, 9, 8))
        yield case("a grid of 5 × 2", features=features, rois=rois, height=5, width=2)
        features = rng.uniform(-9, -1, (3, 10, 8))
        rois = random_regions(rng, 3, (10, 8), 6)
        yield case("negative numbers", features=features, rois=rois, height=4, width=5)

    @check(points=1)
    def borders_and_small_regions(rng):
        """Regions at every border, single cells, and regions smaller than the grid."""
        features = rng.normal(0, 8, (2, 7, 9))
        rois = regions((0, 0, 3, 2), (0, 6, 4, 9), (5, 0, 7, 5), (3, 5, 7, 9))
        yield case("the four corners", features=features, rois=rois, height=2, width=2)
        rois = regions((6, 8, 7, 9), (0, 0, 1, 1), (3, 4, 4, 5))
        yield case("single cells", features=features, rois=rois, height=2, width=3)
        rois = regions((2, 3, 4, 6), (0, 7, 3, 9), (4, 1, 5, 5))
        yield case("smaller than the grid", features=features, rois=rois, height=5, width=7)
        rois = regions((0, 0, 7, 9))
        yield case("the whole map in one bin", features=features, rois=rois, height=1, width=1)

    @check(points=1)
    def memory_layouts(rng):
        """Read-only, transposed, reversed and strided maps and regions."""
        grid = {"height": 2, "width": 3}
        for words, features in laid_out(lambda: rng.normal(-8, 8, (2, 18, 22))):
            rois = random_regions(rng, 3, features.shape[1:], 4)
            yield case(words, features=features, rois=rois, **grid)
        rois = np.asfortranarray(random_regions(rng, 4, (10, 8), 4))[::-1]
        rois.flags.writeable = False
        features = rng.normal(0, 8, (2, 10, 8))
        yield case("read-only, reversed regions", features=features, rois=rois, **grid)

    @misconception
    def average(features, rois, height, width):
        """
        This is the average of each bin; the maximum is asked for.

        RoI pooling is max-pooling with bins of varying size.
        Example: a bin with the cells 1, 5 has the maximum 5; you return 3.
        """
        return pooled_by(features, rois, height, width, value=np.mean)

    @misconception
    def floor_on_both_edges(features, rois, height, width):
        """
        The ends of the bins are rounded down; they must be rounded up.

        Bin i ends before row ⌈(i + 1)·h/height⌉; you end it before ⌊(i + 1)·h/height⌋. So cells
        are missing, and where the region is smaller than the grid, bins are empty.
        Example: 3 rows in 2 bins: right are the rows 0, 1 and 1, 2; yours are 0 and 1, 2.
        """

        def inwards(length, count):
            return [(i * length // count, (i + 1) * length // count) for i in range(count)]

        return pooled_by(features, rois, height, width, bins=inwards)

    @misconception
    def floor_but_one_row(features, rois, height, width):
        """
        The ends of the bins are rounded down, though no bin is left empty; round them up.

        Bin i ends before row ⌈(i + 1)·h/height⌉; you end it before ⌊(i + 1)·h/height⌋, or after
        one row if that leaves none. So cells are missing where height does not divide h.
        Example: 3 rows in 2 bins: right are the rows 0, 1 and 1, 2; yours are 0 and 1, 2.
        """

        def inwards(length, count):
            starts = [i * length // count for i in range(count)]
            ends = [(i + 1) * length // count for i in range(count)]
            return [(start, max(end, start + 1)) for start, end in zip(starts, ends, strict=True)]

        return pooled_by(features, rois, height, width, bins=inwards)

    @misconception
    def rounded_edges(features, rois, height, width):
        """
        The edges of the bins are rounded to the nearest row; they must be rounded outwards.

        Bin i covers the rows from ⌊i·h/height⌋ up to ⌈(i + 1)·h/height⌉.
        Example: 4 rows in 3 bins: right are the rows 0, 1, then 1, 2, then 2, 3; the edges 1.33
        and 2.67 round to 1 and 3, and yours are 0, then 1, 2, then 3.
        """

        def nearest(length, count):
            edges = [(2 * i * length + count) // (2 * count) for i in range(count + 1)]
            return list(pairwise(edges))

        return pooled_by(features, rois, height, width, bins=nearest)

    @misconception
    def rows_left_over(features, rois, height, width):
        """
        All bins have ⌊h/height⌋ rows; what is left over at the end of the region is ignored.

        Bin i covers the rows from ⌊i·h/height⌋ up to ⌈(i + 1)·h/height⌉: the bins reach the
        region's end.
        Example: 5 rows in 2 bins: right are the rows 0 to 2 and 2 to 4; yours are 0, 1 and 2, 3,
        and row 4 is lost.
        """

        def equal(length, count):
            side = length // count
            return [(i * side, (i + 1) * side) for i in range(count)]

        return pooled_by(features, rois, height, width, bins=equal)

    @misconception
    def rest_to_last_bin(features, rois, height, width):
        """
        All bins have ⌊h/height⌋ rows, and the last one takes what is left over as well.

        Bin i covers the rows from ⌊i·h/height⌋ up to ⌈(i + 1)·h/height⌉, so that the bins are
        equally large up to a row.
        Example: 5 rows in 3 bins: right are the rows 0, 1, then 1 to 3, then 3, 4; yours are 0,
        then 1, then 2 to 4.
        """

        def last_larger(length, count):
            starts = [i * (length // count) for i in range(count)]
            return list(pairwise([*starts, length]))

        return pooled_by(features, rois, height, width, bins=last_larger)

    @misconception
    def inclusive_corners(features, rois, height, width):
        """
        The row `bottom` and the column `right` are counted in; they are excluded.

        A region has bottom − top rows. (Fast R-CNN's own code counts them in; NumPy's slices and
        this task do not.)
        Example: the region (0, 0, 2, 2) has 2 × 2 cells; you take 3 × 3.
        """
        return pooled_by(features, rois + np.array([0, 0, 1, 1]), height, width)

    @misconception
    def inclusive_corners_in_the_map(features, rois, height, width):
        """
        The row `bottom` and the column `right` are counted in, where the map has them.

        A region has bottom − top rows, so `features[:, top:bottom, left:right]`. (Fast R-CNN's own
        code counts them in; this task does not.)
        Example: the region (0, 0, 2, 2) has 2 × 2 cells; in a larger map you take 3 × 3.
        """
        H, W = features.shape[1:]
        wider = np.minimum(rois + np.array([0, 0, 1, 1]), (H, W, H, W))
        return pooled_by(features, wider, height, width)

    @misconception
    def corners_as_size(features, rois, height, width):
        """
        The regions are read as (top, left, height, width); they are (top, left, bottom, right).

        The last two numbers are where the region ends, not how large it is.
        Example: the region (2, 3, 4, 5) has the rows 2, 3 and the columns 3, 4; you take the
        rows 2 to 5 and the columns 3 to 7.
        """
        ends = np.minimum(rois[:, :2] + rois[:, 2:], features.shape[1:])
        return pooled_by(features, np.hstack([rois[:, :2], ends]), height, width)

    @misconception
    def left_before_top(features, rois, height, width):
        """
        The regions are read as (left, top, right, bottom); they are (top, left, bottom, right).

        Rows come first here, as in the indices of an array; most detectors' boxes have x first.
        Example: the region (0, 1, 2, 5) has the rows 0, 1 and the columns 1 to 4; you take the
        rows 1 to 4 and the columns 0, 1.
        """
        return pooled_by(features, rois[:, [1, 0, 3, 2]], height, width)

    @misconception
    def bins_from_top_left_of_map(features, rois, height, width):
        """
        The bins are counted from the corner of the map, not from that of the region.

        Add top to the rows and left to the columns of a bin.
        Example: the bin of rows 0, 1 of a region with top = 3 covers the rows 3, 4 of the map;
        you take 0, 1.
        """
        return pooled_by(features, rois - rois[:, [0, 1, 0, 1]], height, width)

    @misconception
    def height_for_width(features, rois, height, width):
        """
        The grid has `width` rows and `height` columns; it is the other way round.

        The result has the shape (R, C, height, width).
        Example: a grid with height = 2 and width = 3 has 2 rows; yours has 3.
        """
        return pooled_by(features, rois, width, height)

    @misconception
    def sampled(features, rois, height, width):
        """
        One cell of each bin is taken, as in resizing; its maximum is asked for.

        Right is the maximum of all cells of the bin; you take the cell in row ⌊i·h/height⌋ and
        column ⌊j·w/width⌋.
        Example: a bin with the cells 1, 5 has the maximum 5; you return 1.
        """

        def one(length, count):
            return [(i * length // count, i * length // count + 1) for i in range(count)]

        return pooled_by(features, rois, height, width, bins=one)

    @misconception
    def whole_region(features, rois, height, width):
        """
        Every bin holds the maximum of the whole region.

        Right is the maximum of each bin's own cells.
        Example: the region 1, 2, 3, 4 in 2 bins gives 2, 4; you return 4, 4.
        """
        return pooled_by(features, rois, height, width, bins=lambda length, n: [(0, length)] * n)

    @misconception
    def maximum_starts_at_zero(features, rois, height, width):
        """
        The search for the maximum starts at 0, so a bin of negative numbers gives 0.

        Start with a cell of the bin, or with −∞.
        Example: a bin with the cells −3, −1 has the maximum −1; you return 0.
        """
        return np.maximum(pooled_by(features, rois, height, width), 0)

    @counterexamples
    def small_regions(draw):
        h, w, below, beside = (draw.integer(1, 4) for _ in range(4))
        top, left = draw.integer(0, 1), draw.integer(0, 1)
        shape = ((1, 2), top + h + below - 1, left + w + beside - 1)
        return {
            "features": draw.array("int64", shape, -9, 9).astype(np.float64),
            "rois": regions((top, left, top + h, left + w)),
            "height": draw.integer(1, 3),
            "width": draw.integer(1, 3),
        }

    @workload(sizes=(2, 12, 72))
    def proposals(rng, size):
        """That many regions of a map of 64 channels and 28 × 28 cells, in grids of 7 × 7."""
        # No side of 29, 57 or 58: 29 / 7 * 7 is more than 29, in float64 already.
        features = rng.random((64, 28, 28), dtype=np.float32)
        rois = random_regions(rng, size, (28, 28), 10)
        return {"features": features, "rois": rois, "height": 7, "width": 7}

    @illustration
    def pictures(expected, yours, features, rois, height, width):
        top, left, bottom, right = rois[0]
        region = features[0, top:bottom, left:right]
        yield drawing("First region, first channel", grey(region, region))
        yield drawing("Expected", grey(expected[0, 0], region))
        yield drawing("Yours", grey(yours[0, 0], region))
