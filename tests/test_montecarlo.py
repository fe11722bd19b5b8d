"""Replicates do not depend on how they are cut and who computes them, and a run goes on where it was interrupted."""

import contextlib
import io
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
import traceback

import joblib
import numpy as np
import pytest
from scipy import stats

from regutils._chunk_cache import ChunkCache
from regutils.montecarlo import mean_and_error, median_and_error, monte_carlo


def draw(seed, scale=1.0):
    rng = np.random.default_rng(seed)
    return {"one": rng.normal(), "many": scale * rng.normal(size=(2, 3))}


def draw_batch(seeds, scale=1.0):
    each = [draw(seed, scale) for seed in seeds]
    return {name: np.array([values[name] for values in each]) for name in each[0]}


def fail_at_17(seed):
    if seed.spawn_key == (17,):
        raise ArithmeticError("a bad day")
    return draw(seed)


def fail_at_17_in_a_batch(seeds):
    return {"x": [fail_at_17(seed)["one"] for seed in seeds]}


def threads_of_blas(seed):
    import scipy.linalg  # noqa: F401  (brings a BLAS of its own)
    from threadpoolctl import threadpool_info

    return {"threads": max(pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas")}


def equal(a, b):
    return a.keys() == b.keys() and all(np.array_equal(a[name], b[name]) for name in a)


def files(folder):
    return sorted(folder.rglob("*.npz"))


@pytest.mark.parametrize("how", [{"chunk_size": 1}, {"chunk_size": 7}, {"chunk_size": 500}, {"n_jobs": 2}])
@pytest.mark.parametrize("batched", [False, True])
def test_the_same_numbers_however_they_are_cut(how, batched):
    expected = monte_carlo(draw, 23, seed=5, scale=2.0)
    assert expected["one"].shape == (23,)
    assert expected["many"].shape == (23, 2, 3)
    assert len(np.unique(expected["one"])) == 23
    assert equal(expected, monte_carlo(draw_batch if batched else draw, 23, seed=5, batched=batched, scale=2.0, **how))


@pytest.mark.parametrize("backend", ["loky", "threading", "sequential"])
@pytest.mark.parametrize("n_jobs", [None, 2])
def test_an_active_configuration_of_joblib_is_respected(backend, n_jobs):
    expected = monte_carlo(draw, 23, seed=5)
    with joblib.parallel_config(backend=backend, n_jobs=2):
        assert equal(expected, monte_carlo(draw, 23, seed=5, n_jobs=n_jobs, chunk_size=4))


def test_replicates_are_the_children_of_the_seed():
    values = monte_carlo(draw, 12, seed=3)["one"]
    children = np.random.SeedSequence(3).spawn(12)
    np.testing.assert_array_equal(values, [draw(child)["one"] for child in children])
    assert values[7] == draw(np.random.SeedSequence(3, spawn_key=(7,)))["one"]
    np.testing.assert_array_equal(monte_carlo(draw, 30, seed=3)["one"][:12], values)
    assert not np.isin(monte_carlo(draw, 12, seed=4)["one"], values).any()


def test_a_seed_sequence_is_a_seed_and_stays_as_it_is():
    parent = np.random.SeedSequence(3).spawn(2)[1]
    values = monte_carlo(draw, 4, seed=parent)["one"]
    np.testing.assert_array_equal(values, monte_carlo(draw, 4, seed=parent)["one"])
    np.testing.assert_array_equal(values, [draw(child)["one"] for child in parent.spawn(4)])


def test_the_pool_of_a_seed_sequence_counts():
    parent = np.random.SeedSequence(3, pool_size=8)
    values = monte_carlo(draw, 4, seed=parent)["one"]
    np.testing.assert_array_equal(values, [draw(child)["one"] for child in parent.spawn(4)])


def test_functions_without_a_name_are_experiments_too():
    offset = 3.0
    values = monte_carlo(lambda seed: {"x": offset + draw(seed)["one"]}, 5)["x"]
    np.testing.assert_array_equal(values, offset + monte_carlo(draw, 5)["one"])


@pytest.mark.parametrize("n_jobs", [None, 2])
def test_one_blas_thread_in_every_process_and_as_before_afterwards(n_jobs):
    from threadpoolctl import threadpool_limits

    with threadpool_limits(2, user_api="blas"):
        assert threads_of_blas(None)["threads"] == 2
        values = monte_carlo(threads_of_blas, 4, chunk_size=1, n_jobs=n_jobs)["threads"]
        np.testing.assert_array_equal(values, 1.0)
        with joblib.parallel_config(backend="threading", n_jobs=3):
            np.testing.assert_array_equal(monte_carlo(threads_of_blas, 30, chunk_size=1)["threads"], 1.0)
        assert threads_of_blas(None)["threads"] == 2


def test_dask_gives_the_same_numbers(tmp_path):
    """On a cluster as joblib finds it: nothing but the active configuration says that there is one."""
    distributed = pytest.importorskip("distributed")
    expected = monte_carlo(draw, 23, seed=5, scale=2.0)
    cluster = distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=False, dashboard_address=None, silence_logs=50
    )
    with cluster, distributed.Client(cluster), joblib.parallel_config(backend="dask"):
        assert equal(expected, monte_carlo(draw, 23, seed=5, chunk_size=3, scale=2.0))
        assert equal(expected, monte_carlo(draw_batch, 23, seed=5, batched=True, chunk_size=9, scale=2.0))
        first = monte_carlo(draw, 11, seed=5, chunk_size=3, cache=tmp_path, scale=2.0)
        assert len(files(tmp_path)) == 4
        assert equal(expected, monte_carlo(draw, 23, seed=5, chunk_size=3, cache=tmp_path, scale=2.0))
        np.testing.assert_array_equal(first["one"], expected["one"][:11])
        with pytest.raises(RuntimeError, match="failed at replicate 17: ArithmeticError: a bad day"):
            monte_carlo(fail_at_17, 23)


# --- errors


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_an_error_names_the_replicate_and_how_to_run_it_alone(n_jobs):
    with pytest.raises(RuntimeError, match="failed at replicate 17: ArithmeticError: a bad day") as caught:
        monte_carlo(fail_at_17, 40, seed=5, n_jobs=n_jobs, chunk_size=5)
    assert "ArithmeticError: a bad day" in "".join(traceback.format_exception(caught.value.__cause__))
    alone = str(caught.value).split("alone: experiment(")[1].split(", **parameters")[0]
    with pytest.raises(ArithmeticError):
        fail_at_17(eval(alone))


def test_an_error_names_the_chunk_of_a_batch():
    with pytest.raises(RuntimeError, match="failed at replicates 15 to 19: ArithmeticError") as caught:
        monte_carlo(fail_at_17_in_a_batch, 40, batched=True, chunk_size=5)
    assert isinstance(caught.value.__cause__, ArithmeticError)


@pytest.mark.parametrize(
    ("experiment", "error", "match"),
    [
        (lambda seed: 3.0, TypeError, "mapping of names to numbers or arrays, got float at replicate 0"),
        (lambda seed: {}, TypeError, "got names .. at replicate 0"),
        (lambda seed: {1: 2.0}, TypeError, r"got names \[1\] at replicate 0"),
        (lambda seed: {"x": "three"}, TypeError, "x must hold real numbers.* at replicate 0"),
        (
            lambda seed: {"x": np.zeros(1 + (seed.spawn_key[0] >= 12))},
            ValueError,
            r"\(2,\) at replicate 12, \(1,\) bef",
        ),
        (lambda seed: {"xy"[seed.spawn_key[0] // 12]: 1}, ValueError, r"got \['y'\] at replicate 12, \['x'\] before"),
    ],
)
@pytest.mark.parametrize("chunk_size", [3, 20])
def test_results_that_do_not_fit_are_refused_by_name(experiment, error, match, chunk_size):
    with pytest.raises(error, match=match):
        monte_carlo(experiment, 20, chunk_size=chunk_size)


def test_a_misfit_ends_a_parallel_run_quietly():
    with pytest.raises(ValueError, match="must have the same shape in every replicate"):
        monte_carlo(lambda seed: {"x": np.zeros(seed.spawn_key[0])}, 40, chunk_size=1, n_jobs=2)


def test_what_no_other_process_can_have():
    lock = threading.Lock()
    with pytest.raises(ValueError, match="n_jobs needs an experiment, parameters and results that can be pickled"):
        monte_carlo(lambda seed: {"x": float(lock.locked())}, 5, n_jobs=2)


def test_a_batch_has_one_row_a_seed():
    with pytest.raises(
        ValueError, match=r"x must have one row a seed, 5 of them, got shape \(3,\) at replicates 0 to 4"
    ):
        monte_carlo(lambda seeds: {"x": np.zeros(3)}, 5, batched=True)


def test_what_is_not_finite_is_a_result():
    values = monte_carlo(lambda seed: {"x": [np.nan, np.inf], "n": True}, 3)
    np.testing.assert_array_equal(values["x"], [[np.nan, np.inf]] * 3)
    np.testing.assert_array_equal(values["n"], np.ones(3))


@pytest.mark.parametrize(
    ("arguments", "error", "match"),
    [
        ({"experiment": "draw"}, TypeError, "experiment must be a function"),
        ({"replicates": 0}, ValueError, "replicates must be an integer >= 1"),
        ({"replicates": 2.5}, TypeError, "replicates must be an integer"),
        ({"seed": -1}, ValueError, "seed must be an integer >= 0"),
        ({"seed": None}, TypeError, "seed must be an integer"),
        ({"batched": "no"}, TypeError, "batched must be True or False"),
        ({"chunk_size": 0}, ValueError, "chunk_size must be an integer >= 1"),
        ({"n_jobs": 0}, ValueError, "n_jobs must be a number of processes"),
        ({"n_jobs": "all"}, TypeError, "n_jobs must be an integer"),
        ({"progress": "yes"}, TypeError, "progress must be True or False"),
        ({"cache": True}, TypeError, "cache must be a folder, a string or a path, got True"),
        ({"cache": "nu\0ll"}, ValueError, "cache must be a folder that can be written to"),
    ],
)
def test_arguments_that_are_not_allowed(arguments, error, match):
    with pytest.raises(error, match=match):
        monte_carlo(**{"experiment": draw, "replicates": 3, **arguments})


# --- progress


def test_progress_is_silent_outside_a_terminal():
    with contextlib.redirect_stderr(io.StringIO()) as log:
        monte_carlo(lambda seed: time.sleep(0.12) or draw(seed), 10, chunk_size=1)
    assert log.getvalue() == ""


def test_progress_counts_replicates_and_leaves_nothing_behind():
    with contextlib.redirect_stderr(io.StringIO()) as log:
        monte_carlo(lambda seed: time.sleep(0.05) or draw(seed), 10, chunk_size=1, progress=True)
    assert "/10" in log.getvalue()
    assert log.getvalue().rsplit("\r", 1)[-1].strip() == ""  # the bar was wiped out


# --- the cache on disk


def test_a_second_run_computes_nothing(tmp_path, monkeypatch):
    first = monte_carlo(draw, 23, seed=5, cache=tmp_path)
    assert equal(first, monte_carlo(draw, 23, seed=5))
    written = {path: path.stat().st_mtime_ns for path in files(tmp_path)}
    assert len(written) == 3
    assert equal(first, monte_carlo(draw, 23, seed=5, cache=str(tmp_path)))
    shorter = monte_carlo(draw, 15, seed=5, cache=tmp_path, chunk_size=4)
    np.testing.assert_array_equal(shorter["many"], first["many"][:15])
    assert written == {path: path.stat().st_mtime_ns for path in files(tmp_path)}
    assert equal(monte_carlo(draw, 40, seed=5), monte_carlo(draw, 40, seed=5, cache=tmp_path, chunk_size=6))
    assert [path.stem[4:8] for path in files(tmp_path)] == ["0000", "0010", "0020", "0023", "0024", "0030", "0036"]
    assert not list(tmp_path.rglob("*.part"))


def test_other_arguments_are_another_run(tmp_path):
    runs = [
        {},
        {"seed": 1},
        {"seed": np.random.SeedSequence(0).spawn(1)[0]},
        {"scale": 2.0},
        {"scale": np.ones(3)},
        {"scale": np.array([1.0, 1.0, 2.0])},
        {"seed": np.random.SeedSequence(np.arange(2000))},
        {"seed": np.random.SeedSequence(np.where(np.arange(2000) == 999, 0, np.arange(2000)))},  # alike by their repr
        {"experiment": draw_batch, "batched": True},
    ]
    for number, how in enumerate(runs, 1):
        arguments = {"experiment": draw, "replicates": 5, **how}
        assert equal(monte_carlo(**arguments, cache=tmp_path), monte_carlo(**arguments))
        assert len(list(tmp_path.iterdir())) == number


@pytest.mark.parametrize("damage", ["truncated", "empty", "flipped", "pickled", "foreign"])
def test_a_damaged_chunk_is_computed_again_aloud(tmp_path, damage):
    expected = monte_carlo(draw, 23, seed=5, cache=tmp_path)
    victim = files(tmp_path)[1]
    whole = victim.read_bytes()
    if damage == "pickled":
        np.savez(victim, np.array(["one"], dtype=object), np.zeros(10))
    elif damage == "foreign":
        np.savez(victim, np.array(["one", "many"]), np.zeros(10), np.zeros((9, 2, 3)))
    else:
        middle = whole.find(b"\x93NUMPY", len(whole) // 3) + 140
        flipped = whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :]
        victim.write_bytes({"truncated": whole[:-30], "empty": b"", "flipped": flipped}[damage])
    with pytest.warns(UserWarning, match="00000010-00000020.npz is damaged .*: its replicates are computed again"):
        assert equal(expected, monte_carlo(draw, 23, seed=5, cache=tmp_path))
    assert equal(expected, monte_carlo(draw, 23, seed=5, cache=tmp_path))


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_a_folder_can_be_shared(tmp_path):
    before = os.umask(0o002)
    try:
        monte_carlo(draw, 3, cache=tmp_path)
    finally:
        os.umask(before)
    assert {path.stat().st_mode & 0o777 for path in files(tmp_path)} == {0o664}
    files(tmp_path)[0].unlink()
    (next(tmp_path.iterdir()) / "00000000-00000003.npz").symlink_to("removed by another process")
    assert equal(monte_carlo(draw, 3, cache=tmp_path), monte_carlo(draw, 3))


def test_a_folder_that_cannot_be_written_to(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ValueError, match="cache must be a folder that can be written to, got .*file"):
        monte_carlo(draw, 3, cache=tmp_path / "file")


def test_a_cached_experiment_has_a_name(tmp_path):
    def inner(seed):
        return draw(seed)

    for experiment in (lambda seed: {}, inner):
        with pytest.raises(ValueError, match="cache needs an experiment that can be found by its name"):
            monte_carlo(experiment, 3, cache=tmp_path)
    with pytest.raises(ValueError, match="cache needs parameters that can be pickled"):
        monte_carlo(draw, 3, cache=tmp_path, scale=lambda: 2.0)


def test_a_chunk_is_there_whole_or_not_at_all(tmp_path, monkeypatch):
    monte_carlo(draw, 3, cache=tmp_path)
    seen = []

    def interrupted(source, target):
        seen.append(np.load(source)["arr_1"].shape)
        raise KeyboardInterrupt

    monkeypatch.setattr(ChunkCache, "__init__", lambda self, *_: setattr(self, "folder", next(tmp_path.iterdir())))
    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        monte_carlo(draw, 5, cache=tmp_path)
    assert seen == [(2,)]
    assert [path.stem for path in files(tmp_path)] == ["00000000-00000003"]
    assert not list(tmp_path.rglob("*.part"))


def test_finished_chunks_outlive_an_error(tmp_path):
    with pytest.raises(RuntimeError, match="replicate 17"):
        monte_carlo(fail_at_17, 40, cache=tmp_path, chunk_size=5)
    assert [path.stem for path in files(tmp_path)] == ["00000000-00000005", "00000005-00000010", "00000010-00000015"]


SCRIPT = """
    import os, sys, time
    import numpy as np
    from regutils.montecarlo import monte_carlo
    from helper import VALUE

    def slow(seed):
        with open(os.environ["LOG"], "a") as log:
            log.write(f"{seed.spawn_key[0]}\\n")
        if os.path.exists("interrupt") and seed.spawn_key[0] == 17:
            os.remove("interrupt")
            raise KeyboardInterrupt
        time.sleep(float(os.environ["PAUSE"]))
        return {"x": VALUE * np.random.default_rng(seed).normal(size=2)}

    if __name__ == "__main__":
        values = monte_carlo(slow, 40, seed=8, chunk_size=4, n_jobs=int(sys.argv[1]), cache="runs")
        np.save("values.npy", values["x"])
"""


@pytest.fixture
def script(tmp_path, monkeypatch):
    (tmp_path / "study.py").write_text(textwrap.dedent(SCRIPT))
    (tmp_path / "helper.py").write_text("VALUE = 2.0\n")

    started = []

    def start(n_jobs=1, pause=0.0, log="log"):
        monkeypatch.setenv("PAUSE", str(pause))
        monkeypatch.setenv("LOG", log)
        command = [sys.executable, "study.py", str(n_jobs)]
        with (tmp_path / f"errors of {log}").open("wb") as errors:
            started.append(subprocess.Popen(command, cwd=tmp_path, stderr=errors, start_new_session=True))
        return started[-1]

    yield start
    for process in started:  # idle workers of a killed process wait for minutes
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def ended(process, folder):
    return process.wait(timeout=60), (folder / "errors of log").read_text()


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_a_killed_run_goes_on_where_it_was(script, tmp_path, n_jobs):
    killed = script(n_jobs, pause=0.1, log="killed")  # its workers may still finish what they have begun
    deadline = time.monotonic() + 60
    while len(files(tmp_path)) < 2 and time.monotonic() < deadline:
        time.sleep(0.02)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    assert not (tmp_path / "values.npy").exists()
    done = [range(*map(int, path.stem.split("-"))) for path in files(tmp_path)]
    assert 2 <= len(done) < 10

    assert ended(script(n_jobs), tmp_path) == (0, "")
    computed = [int(line) for line in (tmp_path / "log").read_text().split()]
    assert sorted(computed) == sorted(set(range(40)).difference(*done))
    expected = [2.0 * np.random.default_rng(child).normal(size=2) for child in np.random.SeedSequence(8).spawn(40)]
    np.testing.assert_array_equal(np.load(tmp_path / "values.npy"), expected)


def test_an_interrupt_keeps_what_is_done_and_other_code_is_another_run(script, tmp_path):
    (tmp_path / "interrupt").touch()
    assert "KeyboardInterrupt" in ended(script(), tmp_path)[1]
    assert len(files(tmp_path)) == 4
    (tmp_path / "log").unlink()
    assert ended(script(), tmp_path) == (0, "")
    assert (tmp_path / "log").read_text().split() == [str(i) for i in range(16, 40)]
    before = np.load(tmp_path / "values.npy")

    (tmp_path / "helper.py").write_text("VALUE = 3.0\n")
    assert ended(script(), tmp_path) == (0, "")
    np.testing.assert_allclose(np.load(tmp_path / "values.npy"), 1.5 * before)
    assert len(list((tmp_path / "runs").iterdir())) == 2


# --- means, medians and their errors


def test_the_error_of_a_mean():
    values = np.random.default_rng(0).normal(size=(4, 50, 3))
    mean, error = mean_and_error(values, axis=1)
    assert mean.shape == error.shape == (4, 3)
    np.testing.assert_allclose(mean, values.mean(axis=1))
    np.testing.assert_allclose(error, stats.sem(values, axis=1))


def test_the_error_of_a_median():
    """Normal values: the variance of a median of R of them is about pi / (2 R)."""
    values = np.random.default_rng(0).normal(size=(400, 100))
    median, error = median_and_error(values)
    np.testing.assert_array_equal(median, np.median(values, axis=0))
    np.testing.assert_allclose(error.mean(), np.sqrt(np.pi / 2 / 400), rtol=0.05)
    np.testing.assert_allclose(median.std(), error.mean(), rtol=0.25)
    np.testing.assert_array_equal(median_and_error(values)[1], error)
    assert not np.array_equal(median_and_error(values, seed=1)[1], error)


def test_a_median_has_a_seed():
    for seed, error in ((-1, ValueError), (None, TypeError)):
        with pytest.raises(error, match="seed must be an integer"):
            median_and_error([1.0, 2.0], seed=seed)


@pytest.mark.parametrize("statistic", [mean_and_error, median_and_error])
@pytest.mark.parametrize(
    ("values", "match"),
    [(3.0, "axis of replicates"), ([1.0], "at least two replicates, got 1"), ([1.0, np.nan], "must be finite")],
)
def test_an_error_needs_replicates(statistic, values, match):
    with pytest.raises(ValueError, match=match):
        statistic(values)
