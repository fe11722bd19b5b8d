"""Noise taken out of a photograph and of a band-limited signal: L1 against L2 in the same orthonormal bases."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from regutils._validation import Array
from regutils.claims import Finding, evidence
from regutils.experiments.caching import once
from regutils.experiments.sparse_recovery.photograph import photograph, restore, transform, wavelets
from regutils.experiments.sparse_recovery.shrinkage import Shrink, Truth, linear, soft
from regutils.montecarlo import mean_and_error, monte_carlo

CROP = (20, 70, 256, 256)  # the upper floors of the pavilion in scikit-learn's "china"
SMOOTH = "sym8"  # an orthonormal wavelet of Daubechies' least asymmetric family
PHOTOGRAPH_NOISE = (0.05, 0.1, 0.2, 0.35, 0.6, 1.0, 1.8, 3.0)
SIGNAL_NOISE = (0.1, 0.2, 0.4, 0.7, 1.2, 2.0, 3.0)


def blocks_of(slices: Any) -> list[Any]:
    """Where each band of a two-dimensional wavelet transform stands in the array of its coefficients."""
    return [slices[0], *(block for level in slices[1:] for block in level.values())]


def flatten(coefficients: Array, blocks: list[Any]) -> Array:
    """The coefficients band after band, (n,)."""
    return np.concatenate([coefficients[block].ravel() for block in blocks])


def bands_of(coefficients: Array, blocks: list[Any]) -> tuple[slice, ...]:
    """Where each band stands among the flattened ones."""
    ends = np.cumsum([0, *(coefficients[block].size for block in blocks)]).tolist()
    return tuple(slice(low, high) for low, high in pairwise(ends))


def photograph_in(wavelet: str) -> Truth:
    """The cropped photograph in an orthonormal wavelet basis; a band is one direction at one resolution."""
    coefficients, slices = transform(photograph("china", crop=CROP), wavelet)
    blocks = blocks_of(slices)
    return Truth(flatten(coefficients, blocks), bands_of(coefficients, blocks))


def band_limited(seed: np.random.SeedSequence, *, n: int = 1024, band: int = 128) -> Array:
    """n values of a stationary Gaussian signal of variance 1 on average: of its cosines, the slowest `band` alone."""
    from scipy.fft import idct

    theta = np.zeros(n)
    theta[:band] = np.random.default_rng(seed).standard_normal(band) * np.sqrt(n / band)
    return np.asarray(idct(theta, norm="ortho"))


def signal_in(signal: Array, basis: str) -> Truth:
    """A signal (n,) in orthonormal cosines ("cosine") or wavelets (a name of PyWavelets), in bands of an octave."""
    from scipy.fft import dct

    if basis == "cosine":
        coefficients = np.asarray(dct(signal, norm="ortho"))
    else:
        coefficients = np.concatenate(wavelets().wavedec(signal, basis, mode="periodization", level=6))
    edges = [0, 16]
    while edges[-1] < signal.size:
        edges.append(2 * edges[-1])
    return Truth(coefficients, tuple(slice(low, high) for low, high in pairwise(edges)))


@dataclass(frozen=True)
class Denoising:
    """Mean squared error per value of the signal, whose variance is 1, by method and noise."""

    sigma: Array  # (s,), standard deviations of the noise
    error: dict[str, Array]  # by method, (R, s)

    def mean(self, method: str) -> tuple[Array, Array]:
        """Mean and standard error of the error, (s,) each."""
        return mean_and_error(self.error[method])

    def ratio(self, method: str, over: str) -> tuple[Array, Array]:
        """Error of `over` divided by that of `method`, mean and standard error over draws, (s,) each."""
        return mean_and_error(self.error[over] / self.error[method])

    def ahead(self, method: str, over: str) -> Array:
        """1 where `method` has the smaller error by more than two standard errors, -1 where `over` has, 0 for a tie."""
        mean, error = self.ratio(method, over)
        return np.asarray(np.where(np.abs(mean - 1.0) <= 2.0 * error, 0.0, np.sign(mean - 1.0)))


def errors(
    seeds: Sequence[np.random.SeedSequence],
    *,
    truths: Callable[[np.random.SeedSequence], dict[str, Truth]],
    sigma: tuple[float, ...],
    methods: tuple[tuple[str, str, Shrink, bool], ...],
    oracle: str,
) -> dict[str, Array]:
    """A batched experiment for monte_carlo: one draw of noise (and of the signal) per seed, scaled to each sigma.

    methods: name, basis, how to shrink, and whether each band by itself. White noise is white in every orthonormal
    basis, so it is added to the coefficients. "ideal" is the oracle's error in the basis of that name.
    """
    names = [*(name for name, *_ in methods), "ideal"]
    measured = {name: np.empty((len(seeds), len(sigma))) for name in names}
    for r, seed in enumerate(seeds):
        signal, noise = seed.spawn(2)
        bases = truths(signal)
        draw = np.random.default_rng(noise).standard_normal(bases[oracle].coefficients.size)
        for column, scale in enumerate(sigma):
            for name, basis, shrink, by_band in methods:
                truth = bases[basis]
                found = truth.estimate(truth.coefficients + scale * draw, scale, shrink, by_band=by_band)
                measured[name][r, column] = np.mean((found - truth.coefficients) ** 2)
            measured["ideal"][r, column] = bases[oracle].ideal(scale)
    return measured


@once
def photograph_truths() -> dict[str, Truth]:
    """The photograph in both wavelet bases."""
    return {"Haar": photograph_in("haar"), "smooth": photograph_in(SMOOTH)}


def _photograph(_: np.random.SeedSequence) -> dict[str, Truth]:
    return photograph_truths()


def _signal(seed: np.random.SeedSequence) -> dict[str, Truth]:
    signal = band_limited(seed)
    return {"wavelets": signal_in(signal, SMOOTH), "cosines": signal_in(signal, "cosine")}


@once
def denoise_photograph(l1: Shrink = soft, *, draws: int = 4, seed: int = 0) -> Denoising:
    """The photograph with `draws` draws of white noise: L1 and L2, with one strength and with one for each band."""
    return _denoise(_photograph, PHOTOGRAPH_NOISE, l1, draws, seed, basis="smooth", other="Haar")


@once
def denoise_signal(l1: Shrink = soft, *, draws: int = 40, seed: int = 0) -> Denoising:
    """Band-limited Gaussian signals, each with a draw of white noise: the methods in cosines, L1 in wavelets too."""
    return _denoise(_signal, SIGNAL_NOISE, l1, draws, seed, basis="cosines", other="wavelets")


def _denoise(
    truths: Callable[[np.random.SeedSequence], dict[str, Truth]],
    sigma: tuple[float, ...],
    l1: Shrink,
    draws: int,
    seed: int,
    *,
    basis: str,
    other: str,
) -> Denoising:
    """L1 and L2 in `basis`, with one strength and with one for each band; L1 in the `other` basis beside them."""
    methods = (
        (f"L1, {other}", other, l1, False),
        ("L1", basis, l1, False),
        ("L1 by band", basis, l1, True),
        ("L2", basis, linear, False),
        ("L2 by band", basis, linear, True),
    )
    run = monte_carlo(errors, draws, seed=seed, batched=True, n_jobs=1, truths=truths, sigma=sigma,
                      methods=methods, oracle=basis)  # fmt: skip
    return Denoising(np.array(sigma), run)


@dataclass(frozen=True)
class Denoised:
    """The photograph, with noise and with the noise taken out, and the mean squared error of each."""

    sigma: float
    images: dict[str, Array]
    error: dict[str, float]


@once
def denoised(*, sigma: float = 0.35, seed: int = 0) -> Denoised:
    """One draw of the noise at one level, in the smooth wavelet basis."""
    image = photograph("china", crop=CROP)
    rng = np.random.default_rng(seed)
    coefficients, slices = transform(image + sigma * rng.standard_normal(image.shape), SMOOTH)
    shrink: dict[str, tuple[Shrink, bool]] = {"L1": (soft, False), "L2": (linear, False), "L2 by band": (linear, True)}
    images = {"noisy": restore(coefficients, slices, SMOOTH)}
    blocks = blocks_of(slices)
    truth = Truth(flatten(coefficients, blocks), bands_of(coefficients, blocks))
    for name, (how, by_band) in shrink.items():
        found = truth.estimate(truth.coefficients, sigma, how, by_band=by_band)
        back = np.empty_like(coefficients)
        for block, band in zip(blocks, truth.bands, strict=True):
            back[block] = found[band].reshape(back[block].shape)
        images[name] = restore(back, slices, SMOOTH)
    return Denoised(sigma, images, {name: float(np.mean((found - image) ** 2)) for name, found in images.items()})


@evidence("B-rec-3", sabotage={"l1": linear})
def each_to_its_signal(*, l1: Shrink = soft) -> list[Finding]:
    """White noise in a photograph (Haar and a smoother wavelet basis) and in a band-limited Gaussian signal (cosines);
    all strengths from Stein's unbiased risk estimate. L1 with one threshold, against L2 with a factor a band, and
    against an oracle that keeps exactly the coefficients larger than the noise. Ends of intervals: two standard errors.
    """
    picture, signal = denoise_photograph(l1), denoise_signal(l1)
    low = picture.sigma <= 0.35
    wins, win_error = picture.ratio("L1", over="L2 by band")
    haar, haar_error = picture.ratio("L1, Haar", over="L2")
    loses, lose_error = signal.ratio("L2 by band", over="L1")
    oracle, _ = picture.ratio("ideal", over="L1")
    return [
        Finding("for", "photograph, noise up to 0.35: error of L2 by band over that of L1, lower end, least",
                float(np.min((wins - 2.0 * win_error)[low])), ">=", 1.0),
        Finding("for", "the same, Haar: error of L2 with one factor over that of L1, lower end, least",
                float(np.min((haar - 2.0 * haar_error)[low])), ">=", 1.0),
        Finding("for", "photograph, noise up to 0.35: error of L1 over that of the oracle, largest",
                float(np.max(oracle[low])), "<=", 2.0),
        Finding("for", "band-limited signal: error of L1 over that of L2 by band, lower end, least",
                float(np.min(loses - 2.0 * lose_error)), ">=", 1.0),
    ]  # fmt: skip
