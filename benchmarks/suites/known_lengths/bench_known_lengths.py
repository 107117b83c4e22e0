"""Calls of known length: what a timing of them must read."""

from benchharness.suite import case, check, equal, reference, task, workload

solutions = reference(__file__)


@task("spin(microseconds: int, number: int) -> int")
class Spin:
    """The number, so many microseconds later."""

    reference = solutions.spin
    rule = equal()

    @check(points=1)
    def numbers(rng):
        """One random number."""
        yield case("a number", microseconds=1, number=int(rng.integers(1000)))

    @workload(sizes=(20, 1000, 50_000))
    def length(rng, size):
        """So many microseconds."""
        return {"microseconds": size, "number": int(rng.integers(1000))}
