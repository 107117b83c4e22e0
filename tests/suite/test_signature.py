"""A task's signature: every form that the catalogue uses, and what is refused."""

import pytest

from benchharness.errors import SuiteError
from benchharness.suite.signature import Array, Listing, Parameter, Record, Scalar, Signature

CATALOGUE = """
# thresholding
grey_histogram(image: uint8[H, W]) -> float[256]
valley_threshold(histogram: float[256], p1: int, p2: int) -> int
midpoint_threshold(p1: int, p2: int) -> float
binarize(image: uint8[H, W], threshold: int) -> uint8[H, W]
between_class_variance(histogram: float[256], t: int) -> float
otsu_threshold(image: uint8[H, W]) -> int
multi_otsu(image: uint8[H, W], classes: int) -> int[classes−1]
# segmentation
kmeans_colors(image: uint8[H, W, 3], centroids: float[K, 3], iterations: int) -> (labels: int[H,
    W], centroids: float[K, 3])
watershed(elevation: float[H, W], markers: int[H, W], mask: bool[H, W]) -> int[H, W]
sliding_windows(image: float[H, W], size: int, stride: int) -> float[n, size, size]
pixel_softmax(scores: float[K, H, W]) -> float[K, H, W]
pixel_cross_entropy(scores: float[K, H, W], labels: int[H, W]) -> float
segment_classes(scores: float[K, H, W]) -> int[H, W]
mask_from_logits(logits: float[H, W]) -> bool[H, W]
center_crop(image: float[C, H, W], height: int, width: int) -> float[C, height, width]
# convolution
conv_output_size(size: (int, int), kernel: (int, int), stride: (int, int), padding: (int, int))
    -> (int, int)
conv_transpose_output_size(size: (int, int), kernel: (int, int), stride: (int, int), padding:
    (int, int), output_padding: (int, int)) -> (int, int)
network_shapes(input_shape: (int, int, int), layers: list[dict]) -> list[(int, int, int)]
pad2d(image: float[H, W], width: int, mode: str) -> float[H+2w, W+2w]
cross_correlate2d(image: float[H, W], kernel: float[k, l]) -> float[H−k+1, W−l+1]
convolve2d(image: float[H, W], kernel: float[k, l]) -> float[H−k+1, W−l+1]
conv2d(x: float[N, C, H, W], weight: float[O, C, k, l], bias: float[O], stride: int, padding:
    int) -> float[N, O, H', W']
conv_transpose2d(x: float[N, C, H, W], weight: float[C, O, k, l], stride: int, padding: int,
    output_padding: int) -> float[N, O, H', W']
# pooling
pool2d(x: float[H, W], size: int, mode: str) -> float[H/size, W/size]
max_pool_indices(x: float[N, C, H, W], size: int) -> (values: float[N, C, H/size, W/size],
    indices: int[N, C, H/size, W/size])
max_pool_backward(grad: float[N, C, h, w], indices: int[N, C, h, w], height: int, width: int) ->
    float[N, C, height, width]
roi_pool(features: float[C, H, W], rois: int[R, 4], height: int, width: int) -> float[R, C,
    height, width]
# unpooling
unpool_nearest(x: float[N, C, H, W], factor: int) -> float[N, C, H·f, W·f]
unpool_bed_of_nails(x: float[N, C, H, W], factor: int) -> float[N, C, H·f, W·f]
max_unpool(values: float[N, C, h, w], indices: int[N, C, h, w], height: int, width: int) ->
    float[N, C, height, width]
# losses
minmax_normalize(pixels: float[H, W], low: float, high: float) -> float[H, W]
neuron(x: float[n], w: float[n], bias: float) -> float
softmax(scores: float[N, K]) -> float[N, K]
categorical_cross_entropy(probabilities: float[N, K], targets: float[N, K]) -> float
sigmoid_cross_entropy_with_logits(logits: float[N], labels: float[N]) -> float[N]
localization_loss(class_probabilities: float[N, K], class_targets: float[N, K], boxes: float[N,
    4], box_targets: float[N, 4], alpha: float, beta: float) -> float
mean_squared_error(prediction: float[N], target: float[N]) -> float
mean_absolute_error(forecast: float[P], actual: float[P]) -> float
kl_divergence(p: float[K], q: float[K]) -> float
gaussian_kl(mu: float[N, D], log_variance: float[N, D]) -> float
box_iou(a: float[4], b: float[4]) -> float
confusion_matrix(actual: int[N], predicted: int[N], classes: int) -> int[K, K]
f1_score(actual: int[N], predicted: int[N]) -> float
# gan
gan_value(d_real: float[N], d_fake: float[N]) -> float
discriminator_loss(real_logits: float[N], fake_logits: float[N], smooth: float) -> float
generator_loss(fake_logits: float[N]) -> float
generator_loss_minimax(fake_logits: float[N]) -> float
generator_gradient(fake_logits: float[N], loss: str) -> float[N]
optimal_discriminator(p_data: float[K], p_model: float[K]) -> float[K]
conditioning_augmentation(mu: float[N, D], log_variance: float[N, D], epsilon: float[N, D]) ->
    float[N, D]
stackgan_generator_loss(fake_logits: float[N], mu: float[N, D], log_variance: float[N, D],
    weight: float) -> float
laplacian_pyramid(image: float[H, W], levels: int) -> list[float[·, ·]]
reconstruct_pyramid(pyramid: list[float[·, ·]]) -> float[H, W]
# games
maximin(payoffs: float[m, n]) -> (row: int, value: float)
minimax(payoffs: float[m, n]) -> (column: int, value: float)
is_saddle_point(payoffs: float[m, n], row: int, column: int) -> bool
critical_point_kind(hessian: float[n, n]) -> str
"""
LINES = CATALOGUE.replace("\n    ", " ").splitlines()
SIGNATURES = [line for line in LINES if line and not line.startswith("#")]


@pytest.mark.parametrize("text", SIGNATURES, ids=lambda text: text.partition("(")[0])
def test_catalogue_signature_reads_back_as_it_was_written(text):
    assert str(Signature.parse(text)) == text


def test_parameters_keep_their_order_and_kinds():
    signature = Signature.parse("pad2d(image: float[H, W], width: int, mode: str) -> float[A, B]")

    assert signature.parameters == (
        Parameter("image", Array("float", ("H", "W"))),
        Parameter("width", Scalar("int")),
        Parameter("mode", Scalar("str")),
    )


def test_call_leaves_kinds_out():
    signature = Signature.parse("binarize(image: uint8[H, W], threshold: int) -> uint8[H, W]")

    assert signature.call == "binarize(image, threshold)"


def test_record_keeps_the_names_of_its_items():
    result = Signature.parse("maximin(payoffs: float[m, n]) -> (row: int, value: float)").result

    assert result == Record((("row", Scalar("int")), ("value", Scalar("float"))))


def test_record_without_names_has_none():
    result = Signature.parse("f() -> (int, float[N])").result

    assert result == Record(((None, Scalar("int")), (None, Array("float", ("N",)))))


def test_list_of_records_is_read():
    result = Signature.parse("f(a: int) -> list[(int, int)]").result

    assert result == Listing(Record(((None, Scalar("int")), (None, Scalar("int")))))


def test_record_may_hold_a_record():
    result = Signature.parse("f(a: int) -> ((int, int), b: float)").result

    pair = Record(((None, Scalar("int")), (None, Scalar("int"))))
    assert result == Record(((None, pair), ("b", Scalar("float"))))


def test_signature_may_have_no_parameters():
    assert Signature.parse("f() -> int").parameters == ()


def test_white_space_does_not_matter():
    assert Signature.parse(" f ( a :int,b: float[ H,W ] )->int ") == Signature.parse(
        "f(a: int, b: float[H, W]) -> int"
    )


MISTAKES = {
    "": "expected a name",
    "f": "expected '('",
    "f(": "expected a name",
    "f(a: int)": "expected '->'",
    "f(a) -> int": "expected ':'",
    "f(a: int -> int": "expected ')'",
    "f(a: integer) -> int": "expected a kind",
    "f(a: float16[N]) -> int": "expected a dtype",
    "f(a: str[N]) -> int": "expected a dtype",
    "f(a: float[H, W) -> int": "']' after the axes",
    "f(a: float[]) -> int": "a name or a length for every axis",
    "f(a: float[H,,W]) -> int": "a name or a length for every axis",
    "f(a: int) -> list(int)": "expected '['",
    "f(a: int) -> (int, int": "expected ','",
    "f(a: int) -> int int": "expected nothing more",
    "2f(a: int) -> int": "expected a name",
    "f(a: int) -> -": "expected a name",
}


@pytest.mark.parametrize("text", MISTAKES)
def test_mistake_is_named_with_its_place_and_the_right_form(text):
    with pytest.raises(SuiteError) as caught:
        Signature.parse(text)

    message = str(caught.value)
    assert repr(text) in message
    assert MISTAKES[text] in message
    assert "write it as name(parameter: kind, ...) -> kind" in message
