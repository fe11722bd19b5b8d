"""How a penalty alone drives a weight to zero: in continuous time, and in proximal steps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from regutils._validation import Array, check_scalar
from regutils.claims import Finding, evidence
from regutils.penalties import L1, L2, ElasticNet, Penalty


def gradient_flow(penalty: Penalty, theta0: float, times: Array) -> tuple[Array, float]:
    """Integrate d theta / dt = -P'(theta) for one weight; returns theta at `times` (m,) and the arrival time at zero.

    The integration stops where the weight reaches zero (time: infinity if it does not within `times`) and the weight
    stays there, because 0 is a subgradient of every penalty of the course at zero.
    """
    from scipy.integrate import solve_ivp

    theta0 = check_scalar(theta0, "theta0")

    def velocity(_: float, theta: Array) -> Array:
        return -penalty.gradient(theta)

    def at_zero(_: float, theta: Array) -> float:
        return float(theta[0])

    at_zero.terminal = True  # type: ignore[attr-defined]
    flow = solve_ivp(
        velocity, (0.0, times[-1]), [theta0], events=at_zero, dense_output=True, rtol=1e-10, atol=1e-14,
        max_step=times[-1] / 50,
    )  # fmt: skip
    arrival = float(flow.t_events[0][0]) if flow.t_events[0].size else np.inf
    return np.where(times < arrival, flow.sol(np.minimum(times, flow.t[-1]))[0], 0.0), arrival


def l1_flow(theta0: float, lam: float, times: Array) -> Array:
    """sign(theta0) max(|theta0| - lam t, 0)."""
    return np.asarray(np.sign(theta0) * np.maximum(np.abs(theta0) - lam * times, 0.0))


def l2_flow(theta0: float, lam: float, times: Array) -> Array:
    """theta0 exp(-2 lam t)."""
    return theta0 * np.exp(-2.0 * lam * times)


@dataclass(frozen=True)
class Flows:
    """Integrated flows beside their closed forms."""

    times: Array  # (m,)
    l1: Array
    l2: Array
    elastic_net: Array
    l1_closed: Array
    l2_closed: Array
    l1_arrival: float
    l2_arrival: float
    elastic_net_arrival: float
    theta0: float
    lam: float

    @property
    def l2_left(self) -> float:
        """What the closed form of L2 leaves of the weight when L1 arrives, as a share of theta0."""
        return float(np.exp(-2.0 * self.lam * self.l1_arrival))


def flows(*, theta0: float = 2.0, lam: float = 0.5, rho: float = 0.5, t_max: float = 6.0) -> Flows:
    """One weight under the penalty alone: L1, L2 and the elastic net of the same lam."""
    times = np.linspace(0.0, t_max, 121)
    l1, l1_arrival = gradient_flow(L1(lam), theta0, times)
    l2, l2_arrival = gradient_flow(L2(lam), theta0, times)
    elastic_net, elastic_net_arrival = gradient_flow(ElasticNet(lam, rho), theta0, times)
    return Flows(
        times=times,
        l1=l1,
        l2=l2,
        elastic_net=elastic_net,
        l1_closed=l1_flow(theta0, lam, times),
        l2_closed=l2_flow(theta0, lam, times),
        l1_arrival=l1_arrival,
        l2_arrival=l2_arrival,
        elastic_net_arrival=elastic_net_arrival,
        theta0=theta0,
        lam=lam,
    )


def proximal_steps(penalty: Penalty, theta0: Array, step: float, count: int) -> Array:
    """theta_0 and `count` proximal steps from it, (count + 1, m)."""
    weights = [np.asarray(theta0)]
    for _ in range(count):
        weights.append(penalty.prox(weights[-1], step))
    return np.array(weights)


@dataclass(frozen=True)
class Arrivals:
    """At which proximal step each weight became exactly zero, (runs,); infinity: not within the steps run."""

    predicted: Array  # ceil(|theta0| / (step lam))
    observed: Array
    lam: Array
    step: Array
    smallest_left: Array  # |theta| at the predicted step

    @property
    def share_exact(self) -> float:
        """Share of runs that arrive at the very step predicted."""
        return float(np.mean(self.predicted == self.observed))


def arrivals(penalty: Callable[[float], Penalty] = L1, *, starts: int = 60, seed: int = 0) -> Arrivals:
    """Proximal steps of the penalty alone, from `starts` random weights for each of nine pairs of lam and step.

    Everything is a multiple of 1/1024, which binary numbers hold exactly: then the prediction has to be right to the
    step, also where |theta0| is a whole multiple of step * lam.
    """
    rng = np.random.default_rng(seed)
    rows = []
    for lam in (0.25, 0.5, 1.0):
        for step in (1 / 8, 1 / 16, 1 / 32):
            theta0 = rng.choice([-1.0, 1.0], starts) * rng.integers(1, 128, starts) / 64
            predicted = np.ceil(np.abs(theta0) / (step * lam))
            weights = np.abs(proximal_steps(penalty(lam), theta0, step, int(predicted.max())))
            arrived = weights == 0
            observed = np.where(arrived.any(axis=0), arrived.argmax(axis=0), np.inf)
            left = weights[predicted.astype(int), np.arange(starts)]
            rows.append((predicted, observed, np.full(starts, lam), np.full(starts, step), left))
    return Arrivals(*(np.concatenate(column) for column in zip(*rows, strict=True)))


@evidence("A-opt-3", sabotage={"absolute": L2})
def constant_and_proportional_shrinkage(
    *, absolute: Callable[[float], Penalty] = L1, square: Callable[[float], Penalty] = L2, seed: int = 0
) -> list[Finding]:
    """Both gradient flows integrated numerically from 20 random starts, against arrival at |theta_0|/lambda and
    against exp(-2 lambda t); and 540 runs of proximal steps against the step ceil(|theta_0|/(step lambda)).
    """
    rng = np.random.default_rng(seed)
    late, off = [], []
    for theta0, lam in zip(rng.uniform(0.5, 3.0, 20), rng.uniform(0.2, 1.0, 20), strict=True):
        times = np.linspace(0.0, 1.5 * theta0 / lam, 31)
        late.append(abs(gradient_flow(absolute(lam), theta0, times)[1] / (theta0 / lam) - 1.0))
        flow = gradient_flow(square(lam), theta0, times)[0]
        off.append(np.max(np.abs(flow - l2_flow(theta0, lam, times)) / theta0))
    small_large = np.array([0.1, 10.0])
    l1_speed = absolute(0.5).gradient(small_large)
    l2_speed = square(0.5).gradient(small_large)
    return [
        Finding("for", "share of proximal runs under L1 that arrive at the predicted step",
                arrivals(absolute, seed=seed).share_exact, "==", 1.0),
        Finding("for", "largest relative error of the arrival time |theta_0|/lambda",
                float(np.max(late)), "<=", 0.0, 1e-8),
        Finding("for", "speed under L1 at a weight of 10 over that at 0.1",
                l1_speed[1] / l1_speed[0], "==", 1.0, 1e-12),
        Finding("for", "speed under L2 at a weight of 10 over that at 0.1",
                l2_speed[1] / l2_speed[0], "==", 100.0, 1e-10),
        Finding("for", "largest error of exp(-2 lambda t), as a share of theta_0", float(np.max(off)), "<=", 0.0, 1e-8),
        Finding("for", "share of proximal runs under L2 that are at zero when L1 arrives",
                float(np.mean(arrivals(square, seed=seed).smallest_left == 0)), "==", 0.0),
    ]  # fmt: skip
