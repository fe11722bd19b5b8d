"""The real data are the published data, described and packaged, and standardize does what it says."""

import hashlib
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from regutils import datasets

LOADERS = {
    "load_diabetes": (442, 10),
    "load_breast_cancer": (569, 30),
    "load_digits": (1797, 64),
    "load_wine": (178, 13),
    "load_hitters": (263, 19),
    "load_khan": (83, 2308),
}


@pytest.mark.parametrize(("loader", "shape"), LOADERS.items())
def test_common_form(loader, shape):
    bunch = getattr(datasets, loader)()
    assert bunch.data.shape == shape
    assert bunch.data.dtype == np.float64
    assert np.isfinite(bunch.data).all()
    assert bunch.target.shape == shape[:1]
    assert len(set(bunch.feature_names)) == shape[1]
    assert all(type(name) is str for name in bunch.feature_names)
    assert "License: " in bunch.DESCR
    if "target_names" in bunch:
        assert np.unique(bunch.target).tolist() == list(range(len(bunch.target_names)))


@pytest.mark.parametrize("loader", LOADERS)
def test_a_changed_bunch_does_not_change_the_next(loader):
    load = getattr(datasets, loader)
    first = load()
    first.data[:] = 0.0
    assert np.any(load().data != 0.0)


def test_hitters_is_the_published_table():
    hitters = datasets.load_hitters()
    assert hitters.target.mean() == pytest.approx(535.926, abs=5e-4)
    assert hitters.feature_names[13:] == [
        "League_N", "Division_W", "PutOuts", "Assists", "Errors", "NewLeague_N"
    ]  # fmt: skip
    assert all(set(np.unique(hitters.data[:, j])) == {0.0, 1.0} for j in (13, 14, 18))

    # The best model with seven features in the lab of chapter 6 of An Introduction to Statistical Learning.
    names = ["Hits", "Walks", "CAtBat", "CHits", "CHmRun", "Division_W", "PutOuts"]
    X = hitters.data[:, [hitters.feature_names.index(name) for name in names]]
    coef = np.linalg.lstsq(np.column_stack([np.ones(263), X]), hitters.target, rcond=None)[0]
    published = [79.4509, 1.2834, 3.2274, -0.3752, 1.4957, 1.4421, -129.9866, 0.2367]
    np.testing.assert_allclose(coef, published, atol=6e-5)


def test_khan_has_the_published_classes_and_split():
    khan = datasets.load_khan()
    assert khan.train.dtype == bool
    assert khan.train[:63].all()
    assert not khan.train[63:].any()
    assert np.bincount(khan.target[khan.train]).tolist() == [8, 23, 12, 20]
    assert np.bincount(khan.target[~khan.train]).tolist() == [3, 6, 6, 5]
    assert khan.feature_names[0] == "G0001"
    assert khan.feature_names[-1] == "G2308"


def test_khan_values_are_the_source_s_to_the_last_bit():
    data = datasets.load_khan().data
    assert data[0, :3].tolist() == [0.7733437, -2.438405, -0.4825622]
    assert data[63, 0] == 0.139501039
    # The digest of the values parsed from Khan_xtrain.csv and Khan_xtest.csv; + 0.0 because -0.0 == 0.0.
    digest = hashlib.sha256((data + 0.0).astype("<f8").tobytes()).hexdigest()
    assert digest == "c8a1c8f0131088a2d0a9235d31791b389d4cc5595f617d36a233cc0e18c7453a"


def test_diabetes_units():
    original, scaled = datasets.load_diabetes(), datasets.load_diabetes(scaled=True)
    assert original.data[0, :4].tolist() == [59.0, 2.0, 32.1, 101.0]
    np.testing.assert_allclose(np.sum(scaled.data**2, axis=0), 1.0)
    np.testing.assert_array_equal(original.target, scaled.target)
    np.testing.assert_allclose(datasets.standardize(original.data) / np.sqrt(442), scaled.data, rtol=1e-6, atol=1e-9)
    assert "original units" in original.DESCR
    assert "original units" not in scaled.DESCR


def test_licenses_travel_with_the_data():
    folder = files("regutils") / "data"
    assert "Redistributions in binary form" in (folder / "LICENSE-ISLP").read_text(encoding="utf-8")
    readme = (folder / "README.md").read_text(encoding="utf-8")
    stored = {item.name for item in folder.iterdir() if item.is_file()}
    assert {"hitters.csv.gz", "khan.npz"} <= stored
    assert all(name in readme for name in stored - {"README.md"})


def test_wheel_contains_the_data():
    wheel = pytest.importorskip("hatchling.builders.wheel", reason="the build backend comes with the dev extra alone")
    builder = wheel.WheelBuilder(str(Path(__file__).parents[1]))
    packaged = {Path(file.distribution_path).as_posix() for file in builder.recurse_included_files()}
    for name in ("hitters.csv.gz", "khan.npz", "README.md", "LICENSE-ISLP"):
        assert f"regutils/data/{name}" in packaged


def test_importing_stays_light():
    code = "import sys, regutils.datasets; print(any(m in sys.modules for m in ('sklearn', 'pandas', 'matplotlib')))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"


@pytest.mark.parametrize("shape", [(30, 4), (3, 30, 4)])
def test_standardize(shape):
    X = np.random.default_rng(0).normal(5.0, 3.0, shape)
    Z = datasets.standardize(X)
    np.testing.assert_allclose(Z.mean(axis=-2), 0.0, atol=1e-14)
    np.testing.assert_allclose(np.mean(Z**2, axis=-2), 1.0)  # divisor n


def test_standardize_by_reference_uses_nothing_of_the_test_data():
    rng = np.random.default_rng(1)
    train, test = rng.normal(2.0, 5.0, (40, 3)), rng.normal(9.0, 1.0, (10, 3))
    expected = (test - train.mean(axis=0)) / train.std(axis=0)
    np.testing.assert_allclose(datasets.standardize(test, reference=train), expected)
    # One row has no spread of its own, and needs none.
    np.testing.assert_allclose(datasets.standardize(test[:1], reference=train), expected[:1])


def test_standardize_names_constant_columns():
    digits = datasets.load_digits()
    with pytest.raises(ValueError, match=r"X must vary .* pixel_0_0, pixel_4_0, pixel_4_7$"):
        datasets.standardize(digits.data, feature_names=digits.feature_names)
    with pytest.raises(ValueError, match=r"constant columns: 0, 32, 39$"):
        datasets.standardize(digits.data)
    with pytest.raises(ValueError, match=r"constant columns: 0, 1, .*, 9 and 2 more$"):
        datasets.standardize(np.full((5, 12), 0.1))  # whose computed standard deviation is not exactly zero
    with pytest.raises(ValueError, match=r"^reference must vary"):
        datasets.standardize([[1.0], [2.0]], reference=[[3.0], [3.0]])


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"X": [1.0, 2.0]}, ValueError, "X must have 2 or 3 dimension"),
        ({"X": [["a"], ["b"]]}, TypeError, "X must hold real numbers"),
        ({"X": [[1.0], [np.nan]]}, ValueError, "X must be finite"),
        ({"X": np.empty((0, 3))}, ValueError, "X must not be empty"),
        ({"X": [[1.0], [2.0]], "reference": [[1.0, 2.0]]}, ValueError, "reference must have shape"),
        ({"X": [[1.0], [2.0]], "feature_names": ["a", "b"]}, ValueError, "feature_names must name the 1 columns"),
    ],
)
def test_standardize_refuses(arguments, error, message):
    with pytest.raises(error, match=message):
        datasets.standardize(**arguments)


def test_names_are_a_sequence_of_names():
    for names in (3, "abc"):
        with pytest.raises(TypeError, match="feature_names must be a sequence of names, got"):
            datasets.standardize(np.arange(6.0).reshape(2, 3), feature_names=names)
