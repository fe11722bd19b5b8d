"""Errors name the argument, what came and what is allowed."""

import numpy as np
import pytest
import scipy.sparse
from numpy.testing import assert_array_equal

from regutils._validation import check_array, check_choice, check_flag, check_integer, check_scalar, check_X, check_Xy


@pytest.mark.parametrize(
    "value",
    [
        [1, 2, 3],
        (1.0, 2.0, 3.0),
        np.array([1, 2, 3], dtype=np.int8),
        np.array([1, 2, 3], dtype=np.float32),
        range(1, 4),
    ],
)
def test_real_numbers_become_float64(value):
    array = check_array(value, "theta")
    assert array.dtype == np.float64
    assert_array_equal(array, [1.0, 2.0, 3.0])


def test_booleans_are_dummies():
    assert_array_equal(check_array([True, False], "X"), [1.0, 0.0])


def test_float64_is_not_copied():
    array = np.ones(3)
    assert check_array(array, "theta") is array


BAD_ARRAYS = [
    (["a", "b"], {}, TypeError, "X must hold real numbers .* got dtype <U1"),
    ([1j, 2.0], {}, TypeError, "X must hold real numbers .* got dtype complex128"),
    (np.array([1, None], dtype=object), {}, TypeError, "got dtype object"),
    (np.array(["2026-01-01"], dtype="datetime64[D]"), {}, TypeError, "got dtype datetime64"),
    (None, {}, TypeError, "got dtype object"),
    ([[1.0, 2.0], [3.0]], {}, ValueError, "X must be a rectangular array"),
    ([], {}, ValueError, r"X must not be empty, got shape \(0,\)"),
    (np.ones((0, 3)), {}, ValueError, r"X must not be empty, got shape \(0, 3\)"),
    ([1.0, np.nan, np.inf], {}, ValueError, "X must be finite, got 1 NaN and 1 infinite value"),
    ([1.0, -np.inf], {}, ValueError, "X must be finite, got 1 infinite value"),
    ([1.0], {"ndim": 2}, ValueError, r"X must have 2 dimension\(s\), got shape \(1,\)"),
    ([1.0], {"ndim": (2, 3)}, ValueError, "X must have 2 or 3 dimension"),
    ([1.0, 2.0], {"shape": (3,)}, ValueError, r"X must have shape \(3\), got \(2,\)"),
    (np.ones((2, 2)), {"shape": (None, 3)}, ValueError, r"X must have shape \(any, 3\), got \(2, 2\)"),
    (np.ma.array([1.0, 2.0], mask=[False, True]), {}, ValueError, "X must have no missing values, .* with 1 masked"),
    (np.array([1, 2], np.longdouble) * np.longdouble("1e4000"), {}, ValueError, "X must be finite, got 2 infinite"),
    (scipy.sparse.eye_array(3), {}, TypeError, "X must be a dense array .* got a sparse"),
]


@pytest.mark.parametrize(("value", "options", "error", "message"), BAD_ARRAYS)
def test_bad_arrays(value, options, error, message):
    with pytest.raises(error, match=message):
        check_array(value, "X", **options)


@pytest.mark.parametrize(
    ("value", "options", "error", "message"),
    [
        (-1.0, {"low": 0.0}, ValueError, "lam must be a finite number >= 0, got -1.0"),
        (0.0, {"low": 0.0, "inclusive": "neither"}, ValueError, "lam must be a finite number > 0, got 0.0"),
        (2.0, {"low": 0.0, "high": 1.0}, ValueError, "lam must be a finite number >= 0 and <= 1, got 2.0"),
        (1.0, {"low": 0.0, "high": 1.0, "inclusive": "low"}, ValueError, "and < 1, got 1.0"),
        (0.0, {"low": 0.0, "high": 1.0, "inclusive": "high"}, ValueError, "> 0 and <= 1, got 0.0"),
        (np.nan, {}, ValueError, "lam must be a finite number, got nan"),
        (np.inf, {}, ValueError, "lam must be a finite number, got inf"),
        ("1", {}, TypeError, "lam must be a real number, got '1' of type str"),
        (1j, {}, TypeError, "lam must be a real number, got 1j of type complex"),
        (True, {}, TypeError, "lam must be a real number, got True of type bool"),
        (None, {}, TypeError, "lam must be a real number, got None"),
        ([1.0], {}, TypeError, "lam must be a real number"),
    ],
)
def test_bad_scalars(value, options, error, message):
    with pytest.raises(error, match=message):
        check_scalar(value, "lam", **options)


@pytest.mark.parametrize("value", [1, 1.0, np.float32(1), np.int64(1), np.array(1.0)])
def test_good_scalars(value):
    number = check_scalar(value, "lam", low=1, high=1)
    assert type(number) is float
    assert number == 1.0


@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        (0, ValueError, "n must be an integer >= 1 and <= 9, got 0"),
        (10, ValueError, "got 10"),
        (1.0, TypeError, "n must be an integer, got 1.0 of type float"),
        (True, TypeError, "n must be an integer"),
    ],
)
def test_bad_integers(value, error, message):
    with pytest.raises(error, match=message):
        check_integer(value, "n", low=1, high=9)


def test_good_integer():
    assert check_integer(np.int32(3), "n", low=1) == 3


def test_choices():
    assert check_choice("ista", "solver", ["ista", "fista"]) == "ista"
    with pytest.raises(ValueError, match=r"solver must be one of \['fista', 'ista'\], got 'sgd'"):
        check_choice("sgd", "solver", ["ista", "fista"])
    with pytest.raises(TypeError, match="solver must be one of"):
        check_choice(3, "solver", ["ista", "fista"])


def test_designs():
    X, y = check_Xy(np.eye(3, dtype=int), [1, 2, 3])
    assert X.dtype == y.dtype == np.float64
    sparse = check_X(scipy.sparse.coo_matrix(np.eye(3, dtype=np.float32)))
    assert sparse.format == "csc"
    assert sparse.dtype == np.float64


@pytest.mark.parametrize(
    ("X", "y", "error", "message"),
    [
        (np.eye(3), np.ones(2), ValueError, "X and y must have the same number of rows, got 3 and 2"),
        (np.ones(3), np.ones(3), ValueError, "X must have 2 dimension"),
        (np.eye(3), np.ones((3, 1)), ValueError, "y must have 1 dimension"),
        (np.eye(3), ["a", "b", "c"], TypeError, "y must hold real numbers"),
        (scipy.sparse.csr_array([[np.nan, 1.0]]), [1.0], ValueError, "X must be finite"),
        (scipy.sparse.csr_array([[1j, 1.0]]), [1.0], TypeError, "X must hold real numbers"),
        (scipy.sparse.csr_array((0, 3)), [1.0], ValueError, "X must not be empty"),
    ],
)
def test_bad_designs(X, y, error, message):
    with pytest.raises(error, match=message):
        check_Xy(X, y)


def test_an_integer_beyond_float64_is_infinite():
    with pytest.raises(ValueError, match="lam must be a finite number >= 0, got inf"):
        check_scalar(10**400, "lam", low=0.0)
    with pytest.raises(ValueError, match="lam must be a finite number >= 0, got -inf"):
        check_scalar(-(10**400), "lam", low=0.0)


def test_flags_are_true_or_false():
    assert check_flag(np.True_, "fit_intercept") is True
    for value in ("False", 1, None, np.nan, np.array([True])):
        with pytest.raises(TypeError, match="fit_intercept must be True or False, got"):
            check_flag(value, "fit_intercept")
