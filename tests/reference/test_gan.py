"""The reference solutions of GAN against PyTorch, SciPy, scikit-image and their own laws."""

import math

import numpy as np
import pytest
from hypothesis import given, settings, strategies
from hypothesis.extra import numpy as arrays
from scipy import special, stats
from skimage.transform import downscale_local_mean

from benchharness.content import content_root
from benchharness.suite import photograph
from benchharness.suite.authoring import load_module

solutions = load_module(content_root() / "reference" / "gan.py", "gan_reference")

LOSSES = {
    "minimax": solutions.generator_loss_minimax,
    "non-saturating": solutions.generator_loss,
}

few_examples = settings(max_examples=25)  # PyTorch is slow on tiny tensors
numbers = strategies.floats(-20, 20)
smoothings = strategies.sampled_from([0.0, 0.1, 0.3])


@strategies.composite
def batches(draw, count=1, elements=numbers):
    """Arrays of one length."""
    shape = draw(strategies.integers(1, 8))
    return [draw(arrays.arrays(np.float64, shape, elements=elements)) for _ in range(count)]


@strategies.composite
def images(draw):
    """An image, and how often it can be halved."""
    levels = draw(strategies.integers(0, 3))
    sides = draw(strategies.tuples(strategies.integers(1, 3), strategies.integers(1, 3)))
    shape = tuple(side << levels for side in sides)
    return draw(arrays.arrays(np.float64, shape, elements=numbers)), levels


@strategies.composite
def gaussians(draw):
    """Means and log-variances of one shape."""
    shape = draw(arrays.array_shapes(min_dims=2, max_dims=2, max_side=4))
    small = strategies.floats(-3, 3)
    return [draw(arrays.arrays(np.float64, shape, elements=small)) for _ in range(2)]


@pytest.fixture(scope="module")
def torch():
    return pytest.importorskip("torch", reason="PyTorch is not installed")


def in_torch(torch, values):
    return torch.tensor(values, dtype=torch.float64)


def with_logits(torch, logits, label):
    """PyTorch's mean cross-entropy of logits with one label."""
    logits = in_torch(torch, logits)
    labels = torch.full_like(logits, label)
    return torch.nn.functional.binary_cross_entropy_with_logits(logits, labels).item()


def test_value_at_equilibrium_is_minus_log_4():
    half = np.full(5, 0.5)
    assert solutions.gan_value(half, half) == pytest.approx(-math.log(4))


def test_value_of_a_perfect_discriminator_is_zero():
    assert solutions.gan_value(np.ones(3), np.zeros(3)) == 0


@given(batches(2))
def test_value_is_minus_the_unsmoothed_loss_of_the_same_discriminator(logits):
    real, fake = logits
    value = solutions.gan_value(special.expit(real), special.expit(fake))
    assert value == pytest.approx(-solutions.discriminator_loss(real, fake, 0.0), rel=1e-6)


@few_examples
@given(batches(2), smoothings)
def test_discriminator_loss_agrees_with_pytorch(torch, logits, smooth):
    real, fake = logits
    theirs = with_logits(torch, real, 1 - smooth) + with_logits(torch, fake, 0.0)
    assert solutions.discriminator_loss(real, fake, smooth) == pytest.approx(theirs, abs=1e-12)


@pytest.mark.parametrize(
    ("real", "fake", "smooth", "loss"),
    [(1000, -1000, 0.0, 0), (1000, -1000, 0.1, 100), (-1000, 1000, 0.1, 1900)],
)
def test_discriminator_loss_is_exact_at_large_logits(real, fake, smooth, loss):
    logits = np.array([float(real)]), np.array([float(fake)])
    assert solutions.discriminator_loss(*logits, smooth) == pytest.approx(loss)


@few_examples
@given(batches())
def test_generator_loss_agrees_with_pytorch(torch, logits):
    theirs = with_logits(torch, logits[0], 1.0)
    assert solutions.generator_loss(logits[0]) == pytest.approx(theirs)


@given(batches())
def test_minimax_loss_agrees_with_scipy(logits):
    theirs = special.log_expit(-logits[0]).mean()
    assert solutions.generator_loss_minimax(logits[0]) == pytest.approx(theirs)


@pytest.mark.parametrize(("logit", "loss"), [(1000, 0), (-1000, 1000)])
def test_generator_losses_are_exact_at_large_logits(logit, loss):
    assert solutions.generator_loss(np.array([float(logit)])) == loss
    assert solutions.generator_loss_minimax(np.array([-float(logit)])) == -loss


@pytest.mark.parametrize("loss", LOSSES)
@few_examples
@given(logits=batches())
def test_gradient_agrees_with_automatic_differentiation(torch, loss, logits):
    variable = in_torch(torch, logits[0]).requires_grad_()
    log_sigmoid = torch.nn.functional.logsigmoid
    value = log_sigmoid(-variable).mean() if loss == "minimax" else -log_sigmoid(variable).mean()
    value.backward()
    ours = solutions.generator_gradient(logits[0], loss)
    np.testing.assert_allclose(ours, variable.grad.numpy(), atol=1e-15)


@pytest.mark.parametrize("loss", LOSSES)
@given(logits=batches())
def test_gradient_agrees_with_differences_of_the_loss(loss, logits):
    step = 1e-5
    steps = step * np.eye(len(logits[0]))
    differences = [
        (LOSSES[loss](logits[0] + one) - LOSSES[loss](logits[0] - one)) / (2 * step)
        for one in steps
    ]
    ours = solutions.generator_gradient(logits[0], loss)
    np.testing.assert_allclose(ours, differences, atol=1e-8)


@given(batches())
def test_gradients_of_the_two_losses_add_up_to_minus_one(logits):
    both = [solutions.generator_gradient(logits[0], loss) for loss in LOSSES]
    np.testing.assert_allclose(sum(both), -1 / len(logits[0]))


def test_minimax_gradient_vanishes_where_samples_are_found_out():
    found_out = np.array([-40.0])
    assert solutions.generator_gradient(found_out, "minimax") == pytest.approx(-math.exp(-40))
    assert solutions.generator_gradient(found_out, "non-saturating") == pytest.approx(-1)


def test_gradient_is_finite_at_large_logits():
    gradient = solutions.generator_gradient(np.array([1000.0, -1000.0]), "minimax")
    assert gradient.tolist() == [-0.5, 0]


def test_another_loss_is_refused():
    with pytest.raises(ValueError, match=r"loss must be .* got 'hinge'"):
        solutions.generator_gradient(np.zeros(2), "hinge")


@given(batches(2, strategies.floats(0.001, 1)), strategies.floats(-0.1, 0.1))
def test_no_other_discriminator_reaches_a_higher_value(densities, change):
    p_data, p_model = densities
    best = solutions.optimal_discriminator(p_data, p_model)
    other = np.clip(best + change, 1e-6, 1 - 1e-6)
    values = [p_data @ np.log(d) + p_model @ np.log(1 - d) for d in (best, other)]
    assert values[0] >= values[1] - 1e-12


@given(batches(2, strategies.sampled_from([0.0, 0.25, 0.5])))
def test_optimal_discriminators_of_exchanged_distributions_add_up_to_one(densities):
    p_data, p_model = densities
    one = solutions.optimal_discriminator(p_data, p_model)
    other = solutions.optimal_discriminator(p_model, p_data)
    np.testing.assert_array_equal(one + other, 1)


def test_optimal_discriminator_is_undecided_where_nothing_occurs():
    optimum = solutions.optimal_discriminator(np.array([0, 0.5, 0]), np.array([0, 0, 0.5]))
    assert optimum.tolist() == [0.5, 1, 0]


@given(gaussians(), strategies.floats(0.01, 0.99))
def test_augmentation_maps_quantiles_of_noise_to_quantiles_of_the_gaussian(conditions, q):
    mu, log_variance = conditions
    noise = np.full_like(mu, stats.norm.ppf(q))
    expected = stats.norm.ppf(q, mu, np.sqrt(np.exp(log_variance)))
    ours = solutions.conditioning_augmentation(mu, log_variance, noise)
    np.testing.assert_allclose(ours, expected, atol=1e-12)


@few_examples
@given(gaussians(), strategies.sampled_from([0.0, 0.5, 2.0]))
def test_stackgan_loss_agrees_with_pytorchs_divergence(torch, conditions, weight):
    mu, log_variance = conditions
    normal = torch.distributions.Normal
    posterior = normal(in_torch(torch, mu), in_torch(torch, log_variance / 2).exp())
    standard = normal(in_torch(torch, 0.0), in_torch(torch, 1.0))
    divergence = torch.distributions.kl_divergence(posterior, standard).sum(dim=1).mean()
    fake = np.linspace(-2, 2, len(mu))
    theirs = solutions.generator_loss_minimax(fake) + weight * divergence.item()
    ours = solutions.stackgan_generator_loss(fake, mu, log_variance, weight)
    assert ours == pytest.approx(theirs, abs=1e-12)


def test_standard_conditions_cost_nothing():
    fake, zeros = np.array([1.0, -2.0]), np.zeros((2, 3))
    loss = solutions.stackgan_generator_loss(fake, zeros, zeros, 5.0)
    assert loss == solutions.generator_loss_minimax(fake)


@given(images())
def test_reconstruction_is_the_inverse_of_the_pyramid(drawn):
    image, levels = drawn
    rebuilt = solutions.reconstruct_pyramid(solutions.laplacian_pyramid(image, levels))
    np.testing.assert_allclose(rebuilt, image, atol=1e-13)


def test_a_photographs_pyramid_loses_nothing():
    image = photograph("camera").astype(np.float64)
    pyramid = solutions.laplacian_pyramid(image, 5)
    assert np.array_equal(solutions.reconstruct_pyramid(pyramid), image)


@given(images())
def test_each_level_is_half_as_high_and_wide(drawn):
    image, levels = drawn
    height, width = image.shape
    shapes = [level.shape for level in solutions.laplacian_pyramid(image, levels)]
    assert shapes == [(height >> k, width >> k) for k in range(levels + 1)]


@given(images())
def test_coarsest_level_agrees_with_scikit_image(drawn):
    image, levels = drawn
    theirs = downscale_local_mean(image, (2**levels, 2**levels))
    np.testing.assert_allclose(solutions.laplacian_pyramid(image, levels)[-1], theirs, atol=1e-13)


@given(images())
def test_details_have_mean_zero_in_every_block(drawn):
    image, levels = drawn
    for detail in solutions.laplacian_pyramid(image, levels)[:-1]:
        np.testing.assert_allclose(downscale_local_mean(detail, (2, 2)), 0, atol=1e-13)


@given(images(), strategies.floats(-3, 3))
def test_pyramid_is_linear(drawn, factor):
    image, levels = drawn
    scaled = solutions.laplacian_pyramid(factor * image + image[::-1], levels)
    upright = solutions.laplacian_pyramid(image, levels)
    flipped = solutions.laplacian_pyramid(image[::-1], levels)
    for level, one, other in zip(scaled, upright, flipped, strict=True):
        np.testing.assert_allclose(level, factor * one + other, atol=1e-12)


def test_pyramid_of_the_worked_example():
    details, coarsest = solutions.laplacian_pyramid(np.array([[1.0, 3], [1, 3]]), 1)
    assert details.tolist() == [[-1, 1], [-1, 1]]
    assert coarsest.tolist() == [[2]]


def test_reconstruction_leaves_the_pyramid_as_it_is():
    pyramid = [np.ones((2, 2)), np.full((1, 1), 3.0)]
    solutions.reconstruct_pyramid(pyramid)
    assert [level.tolist() for level in pyramid] == [[[1, 1], [1, 1]], [[3]]]


def test_reference_imports_numpy_alone():
    """It is shipped to a worker as a single file."""
    source = (content_root() / "reference" / "gan.py").read_text("utf-8")
    imported = {
        line.split()[1] for line in source.splitlines() if line.startswith(("import", "from"))
    }
    assert imported <= {"__future__", "typing", "numpy"}
