"""Product: one task with much to compute, for trying cheats on a GPU."""

from benchharness.suite import case, check, reference, task, workload

solutions = reference(__file__)


@task("product(a: float[N, K], b: float[K, M]) -> float[N, M]")
class Product:
    """The product of two matrices."""

    reference = solutions.product

    @check(points=1)
    def random(rng):
        """Random matrices."""
        yield case("random matrices", a=rng.normal(size=(5, 3)), b=rng.normal(size=(3, 4)))

    @workload(sizes=(64, 1024))
    def square(rng, size):
        """Square matrices."""
        return {"a": rng.normal(size=(size, size)), "b": rng.normal(size=(size, size))}
