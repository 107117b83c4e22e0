"""
Unpooling: from single numbers to windows of a larger map.

Maps have the shape (N, C, H, W): N images of C channels each, rows, columns. Every number of a map
becomes a window of the larger one; windows are disjoint squares. Rows, columns and cells are
counted from 0.
"""

import numpy as np

from benchharness.suite import (
    case,
    check,
    counterexamples,
    drawing,
    illustration,
    misconception,
    photograph,
    reference,
    refused,
    task,
    workload,
)

solutions = reference(__file__)

TWO_BY_TWO = np.array([[[[1.0, 2.0], [3.0, 4.0]]]])
"""One plane of four numbers, as in the book's figure 6.10."""


# Inputs that several tasks share


def not_zero(rng, shape):
    """A random map of numbers of either sign, none of them near 0."""
    return rng.choice([-1.0, 1.0], shape) * rng.uniform(0.5, 8, shape)


def several_shapes(rng):
    """Maps of several images and channels, not square, with the factor 3 first."""
    for shape, factor in (
        ((2, 3, 2, 4), 3),
        ((3, 2, 4, 3), 2),
        ((1, 4, 3, 1), 4),
        ((2, 1, 1, 5), 5),
        ((1, 1, 1, 1), 7),
        ((2, 2, 3, 4), 1),
    ):
        yield case(f"{shape} by {factor}", x=not_zero(rng, shape), factor=factor)


def laid_out(fresh):
    """Fresh arrays in layouts that differ from C order, each with the words for it."""
    read_only = fresh()
    read_only.flags.writeable = False
    yield "read-only", read_only
    yield "in Fortran order", np.asfortranarray(fresh())
    yield "transposed", fresh().swapaxes(2, 3)
    yield "upside down (negative strides)", fresh()[..., ::-1, ::-1]
    yield "every second cell", fresh()[..., ::2, ::2]
    yield "channels last in memory", np.moveaxis(fresh().copy(), 1, 3).copy().transpose(0, 3, 1, 2)


def layouts(rng):
    """Maps in other layouts, with two factors in turn."""
    for turn, (words, x) in enumerate(laid_out(lambda: not_zero(rng, (2, 3, 4, 6)))):
        yield case(words, x=x, factor=3 - turn % 2)


def coins():
    """A part of a photograph, each fifth pixel."""
    pixels = photograph("coins")[:150:5, :190:5].astype(np.float64)
    return pixels[np.newaxis, np.newaxis]


def few_numbers(draw):
    """A small map to shrink, and a factor."""
    shape = ((1, 2), (1, 2), (1, 2), (1, 2))
    x = draw.array("int64", shape, -9, 9).astype(np.float64)
    return {"x": x, "factor": draw.integer(1, 3)}


def nails_at(x, factor, row, column):
    """The map's values in one cell of their windows, among zeros."""
    N, C, H, W = x.shape
    nails = np.zeros((N, C, H * factor, W * factor))
    nails[:, :, row::factor, column::factor] = x
    return nails


def grey(plane, like):
    """A plane in grey, from black for the least value of `like` to white for the largest."""
    low, high = float(like.min()), float(like.max())
    return (plane - low) * (255 / max(high - low, 1e-9))


def first_planes(expected, yours, before):
    """The first plane of the map, and of the larger ones."""
    yield drawing("Input, first plane", grey(before[0, 0], expected[0, 0]))
    yield drawing("Expected", grey(expected[0, 0], expected[0, 0]))
    yield drawing("Yours", grey(yours[0, 0], expected[0, 0]))


@task("unpool_nearest(x: float[N, C, H, W], factor: int) -> float[N, C, H·f, W·f]")
class UnpoolNearest:
    """
    A larger map in which every number fills its window.

    With f = factor, at least 1, each number becomes a window of f × f cells that all hold it:
    cell (i, j) of the result is the cell (⌊i / f⌋, ⌊j / f⌋) of its plane in x.
    """

    reference = solutions.unpool_nearest

    @check(points=1)
    def worked_examples(rng):
        """A photograph, and four numbers as in figure 6.10, a."""
        yield case("coins by 3", x=coins(), factor=3)
        yield case("1, 2 above 3, 4 by 2", x=TWO_BY_TWO, factor=2)
        yield case("1, 2 above 3, 4 by 3", x=TWO_BY_TWO, factor=3)

    @check(points=1)
    def images_and_channels(rng):
        """Several images and channels, maps that are not square, factors from 1 to 7."""
        yield from several_shapes(rng)

    @check(points=1)
    def memory_layouts(rng):
        """Read-only, transposed, reversed and strided maps."""
        yield from layouts(rng)

    @misconception
    def bed_of_nails(x, factor):
        """
        Only the first cell of each window is filled; the others are 0.

        Right is the number in every cell of its window. With zeros it is the other kind of
        unpooling, a bed of nails.
        Example: 5 by the factor 2 becomes 5, 5 above 5, 5; you return 5, 0 above 0, 0.
        """
        return nails_at(x, factor, 0, 0)

    @misconception
    def tiled(x, factor):
        """
        The whole map is repeated side by side; each number must be repeated by itself.

        `np.tile` and `tf.tile` repeat the map; `np.repeat` (in PyTorch `repeat_interleave`)
        repeats its numbers.
        Example: the row 1, 2 by the factor 2 becomes 1, 1, 2, 2 in both rows; you return
        1, 2, 1, 2.
        """
        return np.tile(x, (1, 1, factor, factor))

    @misconception
    def rows_repeated_columns_tiled(x, factor):
        """
        The rows are right, but along the columns the whole map is repeated.

        Both axes need the same: each number repeated by itself.
        Example: 1, 2 above 3, 4 by the factor 2 has the rows 1, 1, 2, 2, twice, and 3, 3, 4, 4,
        twice; yours are 1, 2, 1, 2, twice, and 3, 4, 3, 4, twice.
        """
        return np.tile(x.repeat(factor, axis=2), (1, 1, 1, factor))

    @misconception
    def rows_only(x, factor):
        """
        Only the rows are repeated; the columns must be, too.

        Right is the shape (N, C, H·factor, W·factor).
        Example: 5 by the factor 2 becomes 5, 5 above 5, 5; you return 5 above 5.
        """
        return x.repeat(factor, axis=2)

    @misconception
    def columns_only(x, factor):
        """
        Only the columns are repeated; the rows must be, too.

        Right is the shape (N, C, H·factor, W·factor).
        Example: 5 by the factor 2 becomes 5, 5 above 5, 5; you return one row, 5, 5.
        """
        return x.repeat(factor, axis=3)

    @misconception
    def other_axes(x, factor):
        """
        The axes 1 and 2 are repeated, which are the channels and the rows.

        Rows and columns are the last two axes, 2 and 3. (Where channels come last, as in
        TensorFlow, they are 1 and 2.)
        Example: the shape (1, 3, 4, 5) by the factor 2 becomes (1, 3, 8, 10); you return
        (1, 6, 8, 5).
        """
        return x.repeat(factor, axis=1).repeat(factor, axis=2)

    @misconception
    def factor_two(x, factor):
        """
        The factor is not looked at: it is always 2.

        Right are windows of factor × factor cells.
        Example: 5 by the factor 3 becomes 3 × 3 cells; you return 2 × 2.
        """
        return x.repeat(2, axis=2).repeat(2, axis=3)

    @misconception
    def shared_out(x, factor):
        """
        The number is divided among the cells of its window; each cell must hold all of it.

        Dividing by factor² keeps the sum of the map, as the gradient of average pooling does.
        Unpooling keeps the numbers.
        Example: 4 by the factor 2 becomes 4, 4 above 4, 4; you return 1, 1 above 1, 1.
        """
        return x.repeat(factor, axis=2).repeat(factor, axis=3) / factor**2

    @misconception
    def interpolated(x, factor):
        """
        The numbers between two neighbours are interpolated; they must be repeated.

        Right is the nearest number (`mode="nearest"`), not bilinear interpolation.
        Example: the row 0, 4 by the factor 2 becomes 0, 0, 4, 4 in both rows; you return
        0, 1, 3, 4.
        """
        for axis in (2, 3):
            side = x.shape[axis]
            at = np.clip((np.arange(side * factor) + 0.5) / factor - 0.5, 0, side - 1)
            below = np.floor(at).astype(np.int64)
            share = (at - below).reshape(-1, *[1] * (3 - axis))
            above = x.take(np.minimum(below + 1, side - 1), axis=axis)
            x = x.take(below, axis=axis) * (1 - share) + above * share
        return x

    @counterexamples
    def small_maps(draw):
        return few_numbers(draw)

    @workload(sizes=(16, 64, 256))
    def doubled(rng, size):
        """Four images of eight channels of that side, by the factor 2."""
        return {"x": rng.random((4, 8, size, size), dtype=np.float32), "factor": 2}

    @illustration
    def pictures(expected, yours, x, factor):
        yield from first_planes(expected, yours, x)


@task("unpool_bed_of_nails(x: float[N, C, H, W], factor: int) -> float[N, C, H·f, W·f]")
class UnpoolBedOfNails:
    """
    A larger map in which every number stands in the top-left corner of its window, among zeros.

    With f = factor, at least 1, each number becomes a window of f × f cells: cell (i·f, j·f) of
    the result is the cell (i, j) of its plane in x, and all other cells are 0.
    """

    reference = solutions.unpool_bed_of_nails

    @check(points=1)
    def worked_examples(rng):
        """A photograph, and four numbers as in figure 6.10, b."""
        yield case("coins by 3", x=coins(), factor=3)
        yield case("1, 2 above 3, 4 by 2", x=TWO_BY_TWO, factor=2)
        yield case("1, 2 above 3, 4 by 4", x=TWO_BY_TWO, factor=4)

    @check(points=1)
    def images_and_channels(rng):
        """Several images and channels, maps that are not square, factors from 1 to 7."""
        yield from several_shapes(rng)

    @check(points=1)
    def memory_layouts(rng):
        """Read-only, transposed, reversed and strided maps."""
        yield from layouts(rng)

    @misconception
    def nearest(x, factor):
        """
        The number fills its whole window; it must stand in the first cell, among zeros.

        Right is 0 in all cells but the top-left one of each window. Without the zeros it is the
        other kind of unpooling, by the nearest neighbour.
        Example: 5 by the factor 2 becomes 5, 0 above 0, 0; you return 5, 5 above 5, 5.
        """
        return x.repeat(factor, axis=2).repeat(factor, axis=3)

    @misconception
    def bottom_right(x, factor):
        """
        The number stands in the bottom-right corner of its window; it must be the top-left one.

        Right is the cell (i·factor, j·factor): `result[..., ::factor, ::factor] = x`.
        Example: 5 by the factor 2 becomes 5, 0 above 0, 0; you return 0, 0 above 0, 5.
        """
        return nails_at(x, factor, factor - 1, factor - 1)

    @misconception
    def top_right(x, factor):
        """
        The number stands in the top-right corner of its window; it must be the top-left one.

        Right is the cell (i·factor, j·factor): `result[..., ::factor, ::factor] = x`.
        Example: 5 by the factor 2 becomes 5, 0 above 0, 0; you return 0, 5 above 0, 0.
        """
        return nails_at(x, factor, 0, factor - 1)

    @misconception
    def bottom_left(x, factor):
        """
        The number stands in the bottom-left corner of its window; it must be the top-left one.

        Right is the cell (i·factor, j·factor): `result[..., ::factor, ::factor] = x`.
        Example: 5 by the factor 2 becomes 5, 0 above 0, 0; you return 0, 0 above 5, 0.
        """
        return nails_at(x, factor, factor - 1, 0)

    @misconception
    def middle(x, factor):
        """
        The number stands in the middle of its window; it must be the top-left corner.

        Right is the cell (i·factor, j·factor); you add factor // 2 to the row and the column.
        Example: 5 by the factor 3 stands in row 0, column 0; yours stands in row 1, column 1.
        """
        return nails_at(x, factor, factor // 2, factor // 2)

    @misconception
    def first_row(x, factor):
        """
        The number fills the first row of its window; it must stand in the first cell only.

        Right is 0 in all cells but the top-left one: zeros belong between the columns, too.
        Example: 5 by the factor 2 becomes 5, 0 above 0, 0; you return 5, 5 above 0, 0.
        """
        nails = np.zeros((*x.shape[:2], x.shape[2] * factor, x.shape[3] * factor))
        nails[:, :, ::factor] = x.repeat(factor, axis=3)
        return nails

    @misconception
    def first_column(x, factor):
        """
        The number fills the first column of its window; it must stand in the first cell only.

        Right is 0 in all cells but the top-left one: zeros belong between the rows, too.
        Example: 5 by the factor 2 becomes 5, 0 above 0, 0; you return 5, 0 above 5, 0.
        """
        nails = np.zeros((*x.shape[:2], x.shape[2] * factor, x.shape[3] * factor))
        nails[:, :, :, ::factor] = x.repeat(factor, axis=2)
        return nails

    @misconception
    def zeros_between_only(x, factor):
        """
        There are no zeros after the last row and column: the result is too small.

        Right is the shape (N, C, H·factor, W·factor); you return (H − 1)·factor + 1 rows, as in
        the middle of a transposed convolution.
        Example: 5 by the factor 2 becomes 5, 0 above 0, 0; you return 5 alone.
        """
        nails = nails_at(x, factor, 0, 0)
        return nails[:, :, : nails.shape[2] - factor + 1, : nails.shape[3] - factor + 1]

    @misconception
    def zeros_outside(x, factor):
        """
        The zeros stand below and beside the whole map; they belong between its numbers.

        Right is the cell (i·factor, j·factor) for each number; yours keep their places (i, j).
        Example: the row 1, 2 by the factor 2 becomes 1, 0, 2, 0 above zeros; you return
        1, 2, 0, 0.
        """
        H, W = x.shape[2:]
        return np.pad(x, ((0, 0), (0, 0), (0, H * (factor - 1)), (0, W * (factor - 1))))

    @misconception
    def sum_kept_for_average(x, factor):
        """
        The number is multiplied by the number of cells of its window.

        That keeps the average of the map; unpooling keeps the number.
        Example: 5 by the factor 2 becomes 5, 0 above 0, 0; you return 20, 0 above 0, 0.
        """
        return nails_at(x, factor, 0, 0) * factor**2

    @misconception
    def factor_two(x, factor):
        """
        The factor is not looked at: it is always 2.

        Right are windows of factor × factor cells.
        Example: 5 by the factor 3 becomes 3 × 3 cells; you return 2 × 2.
        """
        return nails_at(x, 2, 0, 0)

    @counterexamples
    def small_maps(draw):
        return few_numbers(draw)

    @workload(sizes=(16, 64, 256))
    def doubled(rng, size):
        """Four images of eight channels of that side, by the factor 2."""
        return {"x": rng.random((4, 8, size, size), dtype=np.float32), "factor": 2}

    @illustration
    def pictures(expected, yours, x, factor):
        yield from first_planes(expected, yours, x)


def random_places(rng, pooled, size, width):
    """For each window of planes that are `width` wide, a cell of it, as an index in its plane."""
    top, left = np.arange(pooled[2])[:, np.newaxis] * size, np.arange(pooled[3]) * size
    rows, columns = rng.integers(0, size, (2, *pooled))
    return (top + rows) * width + left + columns


def switches(rng, pooled, size, height, width):
    """Inputs of `max_unpool`: random values other than 0, and a random place in each window."""
    indices = random_places(rng, pooled, size, width)
    values = not_zero(rng, pooled)
    return {"values": values, "indices": indices, "height": height, "width": width}


def side_of_window(values, height):
    """The side of a window, where the windows fill the map but for a rest."""
    return max(height // values.shape[2], 1)


@task(
    "max_unpool(values: float[N, C, h, w], indices: int[N, C, h, w], height: int, width: int)"
    " -> float[N, C, height, width]"
)
class MaxUnpool:
    """
    A larger map in which every number stands where its maximum was found, among zeros.

    `indices` are those that max-pooling kept: index y·width + x is the cell in row y and column x
    of its own plane. The windows were disjoint, so no index occurs twice in a plane. They need
    not have covered the map: whatever no index points to is 0.

    Raise ValueError where an index lies outside its plane: below 0, or height·width and above.
    """

    reference = solutions.max_unpool

    @check(points=1)
    def worked_examples(rng):
        """A photograph, and four maxima in a map of 4 × 4 cells, as in figure 6.11."""
        values = coins()
        indices = random_places(rng, values.shape, 2, 76)
        yield case("coins", values=values, indices=indices, height=60, width=76)
        values = 5.0 + rng.permutation(4).reshape(1, 1, 2, 2)
        indices = np.array([[[[5, 7], [8, 15]]]])
        yield case("four maxima", values=values, indices=indices, height=4, width=4)
        indices = np.array([[[[1, 2], [12, 10]]]])
        yield case("four other maxima", values=values, indices=indices, height=4, width=4)

    @check(points=2)
    def images_and_channels(rng):
        """Several images and channels, maps that are not square, windows of several sizes."""
        yield case("windows of 3", **switches(rng, (2, 3, 2, 4), 3, 6, 12))
        yield case("windows of 2", **switches(rng, (3, 2, 5, 2), 2, 10, 4))
        yield case("windows of one cell", **switches(rng, (2, 2, 3, 4), 1, 3, 4))
        yield case("a single window", **switches(rng, (2, 3, 1, 1), 4, 4, 4))
        yield case("a row and columns left over", **switches(rng, (2, 2, 3, 2), 3, 10, 8))

    @check(points=1)
    def places_outside_of_the_map(rng):
        """The first and the last cell of a plane, and indices just below and above them."""
        values = not_zero(rng, (2, 2, 2, 3))
        given = {"values": values, "height": 4, "width": 6}
        corners = random_places(rng, values.shape, 2, 6)
        corners[:, :, 0, 0], corners[:, :, 1, 2] = 0, 23
        yield case("the first and the last cell", indices=corners, **given)
        for words, place, index in (
            ("−1 in the first plane", (0, 0, 0, 0), -1),
            ("−1 in the last plane", (1, 1, 0, 0), -1),
            ("height · width in the first plane", (0, 0, 1, 2), 24),
            ("height · width in the last plane", (1, 1, 1, 2), 24),
            ("far too large", (1, 0, 1, 2), 1000),
        ):
            indices = corners.copy()
            indices[place] = index
            yield refused(f"the index {words}", indices=indices, **given)

    @check(points=1)
    def memory_layouts(rng):
        """Read-only, transposed, reversed and strided values and indices."""
        values = laid_out(lambda: not_zero(rng, (2, 3, 4, 6)))
        indices = laid_out(lambda: random_places(rng, (2, 3, 4, 6), 2, 12))
        for (words, given), (_, places) in zip(values, indices, strict=True):
            sides = {"height": 12 if words == "transposed" else 8, "width": 12}
            yield case(words, values=given, indices=places, **sides)

    @misconception
    def indices_ignored(values, indices, height, width):
        """
        The values stand in the first cell of their windows, whatever the indices say.

        Right is the cell in row index // width and column index % width. Without the indices it
        is a bed of nails, and what max-pooling knew of the places is lost.
        Example: 5 with the index 1 in a map of 2 × 2 cells becomes 0, 5 above 0, 0; you return
        5, 0 above 0, 0.
        """
        solutions.max_unpool(values, indices, height, width)
        size = side_of_window(values, height)
        nails = np.zeros((*values.shape[:2], height, width))
        h, w = values.shape[2:]
        nails[:, :, : h * size : size, : w * size : size] = values
        return nails

    @misconception
    def whole_window(values, indices, height, width):
        """
        The value fills its whole window; it must stand at its index only.

        Right is 0 in all other cells of the window.
        Example: 5 with the index 1 in a map of 2 × 2 cells becomes 0, 5 above 0, 0; you return
        5, 5 above 5, 5.
        """
        solutions.max_unpool(values, indices, height, width)
        size = side_of_window(values, height)
        filled = values.repeat(size, axis=2).repeat(size, axis=3)
        rest = (height - filled.shape[2], width - filled.shape[3])
        return np.pad(filled, ((0, 0), (0, 0), (0, rest[0]), (0, rest[1])))

    @misconception
    def column_major(values, indices, height, width):
        """
        The indices are read as counted column by column; they are counted row by row.

        Index k is the cell in row k // width and column k % width; you take row k % height and
        column k // height.
        Example: in a plane of 2 × 4 cells, the index 1 is row 0, column 1; you take row 1,
        column 0.
        """
        return solutions.max_unpool(values, indices, width, height).swapaxes(2, 3)

    @misconception
    def first_plane_only(values, indices, height, width):
        """
        All values land in the first plane of the first image.

        The indices count within a plane each; `np.put` and `result.ravel()[indices]` count
        through the whole array. Flatten every plane by itself, or add (n·C + c)·height·width.
        Example: in planes of 2 × 2 cells, index 0 of channel 1 is that channel's first cell; you
        write into channel 0.
        """
        solutions.max_unpool(values, indices, height, width)
        unpooled = np.zeros((*values.shape[:2], height, width))
        np.put(unpooled, indices, values)
        return unpooled

    @misconception
    def ones_at_indices(values, indices, height, width):
        """
        The places are marked with 1; the values must stand there.

        Right is the value at its index, and 0 elsewhere; yours is the mask of the maxima.
        Example: 5 with the index 1 in a map of 2 × 2 cells becomes 0, 5 above 0, 0; you return
        0, 1 above 0, 0.
        """
        return solutions.max_unpool(np.ones_like(values), indices, height, width)

    @misconception
    def counted_from_one(values, indices, height, width):
        """
        The indices are taken for counted from 1: every value stands one cell too early.

        Index 0 is the first cell of the plane.
        Example: 5 with the index 1 in a map of 2 × 2 cells becomes 0, 5 above 0, 0; you return
        5, 0 above 0, 0.
        """
        solutions.max_unpool(values, indices, height, width)
        return solutions.max_unpool(values, (indices - 1) % (height * width), height, width)

    @misconception
    def negative_counts_from_end(values, indices, height, width):
        """
        A negative index is taken for one from the end of the plane, as Python does.

        Raise ValueError where an index is below 0; NumPy accepts −1 without a word.
        Example: −1 in a map of 2 × 2 cells must raise ValueError; you write into the last cell.
        """
        cells = height * width
        inside = np.where((indices < 0) & (indices >= -cells), indices + cells, indices)
        return solutions.max_unpool(values, inside, height, width)

    @misconception
    def outside_ignored(values, indices, height, width):
        """
        Values whose index lies outside of the plane are left out in silence.

        Raise ValueError there: the indices belong to a map of another size.
        Example: the index 4 in a map of 2 × 2 cells must raise ValueError; you return zeros.
        """
        inside = (indices >= 0) & (indices < height * width)
        unpooled = np.zeros((*values.shape[:2], height * width))
        for n, c in np.ndindex(values.shape[:2]):
            kept = inside[n, c]
            unpooled[n, c, indices[n, c][kept]] = values[n, c][kept]
        return unpooled.reshape(*values.shape[:2], height, width)

    @misconception
    def outside_clipped(values, indices, height, width):
        """
        An index outside of the plane is moved to its first or last cell.

        Raise ValueError there: the indices belong to a map of another size.
        Example: the index 9 in a map of 2 × 2 cells must raise ValueError; you write into the
        last cell, number 3.
        """
        inside = np.clip(indices, 0, height * width - 1)
        return solutions.max_unpool(values, inside, height, width)

    @misconception
    def outside_wrapped(values, indices, height, width):
        """
        An index outside of the plane is taken modulo its number of cells.

        Raise ValueError there: the indices belong to a map of another size.
        Example: the index 4 in a map of 2 × 2 cells must raise ValueError; you write into the
        first cell, 4 mod 4 = 0.
        """
        return solutions.max_unpool(values, indices % (height * width), height, width)

    @counterexamples
    def small_maps(draw):
        size = draw.integer(1, 2)
        pooled = (draw.integer(1, 2), draw.integer(1, 2), draw.integer(1, 2), draw.integer(1, 2))
        values = draw.array("int64", pooled, -9, 9).astype(np.float64)
        rows, columns = (draw.array("int64", pooled, 0, size - 1) for _ in range(2))
        height, width = pooled[2] * size, pooled[3] * size
        top, left = np.arange(0, height, size)[:, np.newaxis], np.arange(0, width, size)
        indices = (top + rows) * width + left + columns
        return {"values": values, "indices": indices, "height": height, "width": width}

    @workload(sizes=(16, 64, 256))
    def planes(rng, size):
        """The 2 × 2 windows of four images of eight channels of that side."""
        pooled = (4, 8, size // 2, size // 2)
        indices = random_places(rng, pooled, 2, size)
        values = rng.random(pooled, dtype=np.float32)
        return {"values": values, "indices": indices, "height": size, "width": size}

    @illustration
    def pictures(expected, yours, values, indices, height, width):
        yield from first_planes(expected, yours, values)
