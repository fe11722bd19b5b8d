"""Photographs in wavelet bases: how much of a picture a few coefficients hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from regutils._validation import Array, check_choice
from regutils.experiments.caching import once

PHOTOGRAPHS = ("china", "flower")  # scikit-learn's two, by name
BASES = {"pixels": None, "Haar": "haar", "CDF 9/7": "bior4.4"}  # names of PyWavelets
LEVELS = 4  # how often the resolution is halved


@once
def photograph(name: str = "china", *, crop: tuple[int, int, int, int] | None = None) -> Array:
    """One of scikit-learn's sample photographs in shades of gray, mean 0 and standard deviation 1.

    crop: first row, first column, rows, columns; default the largest part whose sides are multiples of 32.
    """
    from sklearn.datasets import load_sample_image

    image = load_sample_image(f"{check_choice(name, 'name', PHOTOGRAPHS)}.jpg").astype(np.float64)
    gray = image @ np.array([0.299, 0.587, 0.114])  # luma of ITU-R BT.601
    top, left, rows, columns = crop or (0, 0, *(32 * (side // 32) for side in gray.shape))
    part = gray[top : top + rows, left : left + columns]
    return np.asarray((part - part.mean()) / part.std())


def wavelets() -> Any:
    """The module pywt. Raises ImportError that says how to install it."""
    try:
        import pywt
    except ImportError as error:
        raise ImportError(
            "PyWavelets is needed for this experiment; install it with: pip install 'regutils[book]'"
        ) from error
    return pywt


def transform(image: Array, wavelet: str | None, levels: int = LEVELS) -> tuple[Array, Any]:
    """Coefficients of an image in a wavelet basis, an array of its shape, and what `restore` needs.

    The image is continued periodically, so that there are as many coefficients as pixels. wavelet None: the pixels.
    """
    if wavelet is None:
        return image, None
    pywt = wavelets()
    return pywt.coeffs_to_array(pywt.wavedec2(image, wavelet, mode="periodization", level=levels))  # type: ignore[no-any-return]


def restore(coefficients: Array, slices: Any, wavelet: str | None) -> Array:
    """The image with these coefficients: the inverse of `transform`."""
    if wavelet is None:
        return coefficients
    pywt = wavelets()
    parts = pywt.array_to_coeffs(coefficients, slices, output_format="wavedec2")
    return np.asarray(pywt.waverec2(parts, wavelet, mode="periodization"))


@dataclass(frozen=True)
class Compression:
    """Share of a picture's variance that is left when only the largest coefficients are kept."""

    kept: Array  # (k,), shares of the coefficients
    share: dict[str, Array]  # by basis, (k,)
    image: Array
    shown: dict[str, Array]  # by basis, the image from `shown_at` of the coefficients
    shown_at: float

    def at(self, basis: str, kept: float = 0.05) -> float:
        """The share of variance in one basis with `kept` of the coefficients."""
        return float(self.share[basis][int(np.argmin(np.abs(self.kept - kept)))])


@once
def compression(name: str = "china", *, shown_at: float = 0.05) -> Compression:
    """Keep the largest 1% to 20% of the coefficients, set the others to zero, and look at the image again.

    The share is 1 - ||image - restored||^2 / ||image||^2, which in an orthonormal basis is the energy of what was kept.
    """
    image = photograph(name)
    kept = np.array([0.01, 0.02, 0.05, 0.1, 0.2])
    share, shown = {}, {}
    for basis, wavelet in BASES.items():
        coefficients, slices = transform(image, wavelet)
        order = np.sort(np.abs(coefficients).ravel())[::-1]
        shares = []
        for part in kept:
            least = order[int(part * order.size) - 1]
            restored = restore(np.where(np.abs(coefficients) >= least, coefficients, 0.0), slices, wavelet)
            shares.append(1.0 - np.sum((image - restored) ** 2) / np.sum(image**2))
            if part == shown_at:
                shown[basis] = restored
        share[basis] = np.array(shares)
    return Compression(kept, share, image, shown, shown_at)
