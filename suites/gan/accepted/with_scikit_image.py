"""scikit-image: local means down, nearest neighbours up."""

from skimage.transform import downscale_local_mean, resize

BACKEND = "numpy"


def doubled(image):
    height, width = image.shape
    return resize(image, (2 * height, 2 * width), order=0, preserve_range=True)


def laplacian_pyramid(image, levels):
    pyramid = []
    for _ in range(levels):
        coarser = downscale_local_mean(image, (2, 2))
        pyramid.append(image - doubled(coarser))
        image = coarser
    return [*pyramid, image]


def reconstruct_pyramid(pyramid):
    *details, image = pyramid
    while details:
        image = doubled(image) + details.pop()
    return image
