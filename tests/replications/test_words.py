"""What the page says in words of the numbers it measures."""

import numpy as np
import pytest

from regutils.experiments import replications as experiments

ALL = experiments.replications


def row(publication, part):
    (found,) = [row for row in experiments.replicate(publication) if part in row.what]
    return found


def test_two_rows_are_not_reproduced_and_both_are_far_away():
    missing = [row for rows in ALL().values() for row in rows if not row.reproduced]
    assert sorted(row.source for row in missing) == ["tibshirani1996", "zou2005"]
    assert all(row.z < -5 for row in missing)


def test_ours_are_more_precise_than_published():
    for rows in ALL().values():
        for each in rows:
            assert each.published_error is None or each.error < each.published_error


def test_ridge_of_tibshirani():
    example = experiments.example_1()
    error = {name: value for name, (value, _) in example.error.items()}
    assert error["ridge"] < error["least squares"]
    assert error["lasso, GCV"] < error["ridge"]
    assert row("Tibshirani 1996", "ridge").published > row("Tibshirani 1996", "least squares").published
    best = example.ridge_strengths[example.ridge_error.argmin()]
    reached = example.ridge_strengths[example.ridge_error >= 3.21]
    assert reached.min() > 3 * best  # "several times too strong"


def test_naive_elastic_net_over_strong_penalties_agrees():
    error = experiments.comparison(1).error
    published = row("Zou and Hastie 2005", "naive")
    ours, ours_error = error["naive elastic net, strong"]
    assert abs(ours - published.published) / np.hypot(ours_error, published.published_error) < 1
    assert error["naive elastic net"][0] == pytest.approx(error["lasso"][0], rel=0.1)


def test_order_of_the_methods_in_both_examples():
    """The elastic net beats the lasso, and ridge beats either, published and here."""
    for number in (2, 3):
        for who in ("published", "ours"):
            net, lasso, ridge = (
                getattr(row("Zou and Hastie 2005", f"median error, {method}, Example {number}"), who)
                for method in ("elastic net", "lasso", "ridge")
            )
            assert ridge < net < lasso


def test_grouping_holds_with_room_and_the_lasso_picks_unevenly():
    copies = experiments.grouping()
    assert row("Zou and Hastie 2005", "over its bound").ours < 0.5
    net, lasso = copies.net[0, :3], copies.lasso[0, :3]
    assert np.ptp(net) < 0.05 * net.max()
    assert np.ptp(lasso) > 0.4 * lasso.max()
    assert len(copies.net) == 200


def test_s3_enters_fourth_leaves_and_returns_with_the_other_sign():
    path = experiments.diabetes_path()
    s3 = path.names.index("s3") + 1
    assert path.moves[3] == s3
    assert path.moves[-2:] == (-s3, s3)
    coef = path.coef[:, s3 - 1]
    assert coef[5] < 0 < coef[-1]
    assert len(path.moves) == 12


def test_rounding_explains_the_last_digits_of_cp():
    far = [
        abs(each.ours - each.published) for each in experiments.replicate("Efron et al. 2004") if "Cp at" in each.what
    ]
    assert max(far) < 2 * experiments.rounding_effect().max()


def test_input_noise_is_within_two_percent():
    assert np.all(experiments.input_noise().difference < 0.02)


def test_l1_is_close_to_the_best_and_l2_to_a_coin():
    assert row("Ng 2004", "test error of L1").ours < row("Ng 2004", "best possible").ours + 0.06
    assert 0.42 < row("Ng 2004", "test error of L2").ours < 0.5


def test_support_threshold_is_approached_from_above():
    found = experiments.recovery_threshold()
    assert np.all(found.half > 1)
    assert np.all(np.diff(found.half) < 0.02)
    assert np.all(np.diff(found.width) < 0)


def test_stability_bound_is_loose_and_costs_true_features():
    found = experiments.stability()
    assert np.all(found.false < found.bound / 3)
    assert found.false[0] < found.once_false / 3
    assert np.all(np.diff(found.true) < 0)


def test_no_random_disturbance_comes_up_to_the_worst():
    found = experiments.robust_lasso()
    assert found.random.size == 10_000
    assert np.all(found.random < found.worst[:, None])


def test_flow_and_ridge_differ_little_at_their_best():
    found = experiments.flow_and_ridge()
    assert abs(found.best_ratio - 1) < 0.02
    assert (found.flow / found.ridge).max() < 1.3


def test_square_of_the_best_score_grows_like_the_divergence():
    best = experiments.best_of_n()
    ratio = best.maximum[1:] ** 2 / best.divergence[1:]
    assert ratio.max() / ratio.min() < 1.1
