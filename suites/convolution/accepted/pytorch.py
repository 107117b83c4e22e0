"""PyTorch's own functions; shapes come from tensors that have no data."""

import torch
from torch.nn import functional

BACKEND = "torch"


def conv_output_size(size, kernel, stride, padding):
    x, weight = torch.empty(1, 1, *size), torch.empty(1, 1, *kernel)
    return tuple(functional.conv2d(x, weight, stride=stride, padding=padding).shape[2:])


def conv_transpose_output_size(size, kernel, stride, padding, output_padding):
    x, weight = torch.empty(1, 1, *size), torch.empty(1, 1, *kernel)
    result = functional.conv_transpose2d(
        x, weight, stride=stride, padding=padding, output_padding=output_padding
    )
    return list(result.shape[2:])


def network_shapes(input_shape, layers):
    x = torch.empty(1, *input_shape, device="meta")
    maps = []
    for layer in layers:
        try:
            x = after(layer, x, maps)
        except RuntimeError as problem:
            raise ValueError("the layer does not fit") from problem
        if not x.numel():
            raise ValueError("nothing is left")
        maps.append(x)
    return [tuple(x.shape[1:]) for x in maps]


def after(layer, x, maps):
    k, s = layer.get("kernel"), layer.get("stride")
    if layer["kind"] == "conv":
        weight = torch.empty(layer["out"], x.shape[1], k, k, device="meta")
        if layer["padding"] == "same":
            return functional.conv2d(x, weight, padding="same")[:, :, ::s, ::s]
        return functional.conv2d(x, weight, stride=s, padding=layer["padding"])
    if layer["kind"] == "pool":
        return functional.max_pool2d(x, k, s)
    if layer["kind"] == "conv_transpose":
        weight = torch.empty(x.shape[1], layer["out"], k, k, device="meta")
        p, extra = layer["padding"], layer["output_padding"]
        return functional.conv_transpose2d(x, weight, None, s, p, extra)
    if layer["kind"] == "upsample":
        return functional.interpolate(x, scale_factor=layer["factor"])
    if layer["kind"] == "flatten":
        return x.flatten(1)[:, :, None, None]
    if layer["kind"] == "dense":
        return torch.empty(1, layer["out"], 1, 1, device="meta")
    if layer["kind"] == "crop_concat" and 0 <= layer["with"] < len(maps):
        earlier = maps[layer["with"]]
        rows, columns = x.shape[2:]
        top, left = (earlier.shape[2] - rows) // 2, (earlier.shape[3] - columns) // 2
        if top < 0 or left < 0:
            raise ValueError("the earlier map is smaller")
        crop = earlier[:, :, top : top + rows, left : left + columns]
        return torch.cat([x, crop], dim=1)
    raise ValueError("the layer does not fit")


def pad2d(image, width, mode):
    if mode not in ("zeros", "reflect", "replicate", "circular"):
        raise ValueError(f"unknown mode {mode}")
    mode = "constant" if mode == "zeros" else mode
    return functional.pad(image[None, None], (width, width, width, width), mode=mode)[0, 0]


def cross_correlate2d(image, kernel):
    return functional.conv2d(image[None, None], kernel[None, None])[0, 0]


def convolve2d(image, kernel):
    return cross_correlate2d(image, kernel.flip(0, 1))


def conv2d(x, weight, bias, stride, padding):
    return functional.conv2d(x, weight, bias, stride, padding)


def conv_transpose2d(x, weight, stride, padding, output_padding):
    return functional.conv_transpose2d(x, weight, None, stride, padding, output_padding)
