"""Reference values for liquidation cascades, apart from the product's code: numpy sums over all pairs, scipy's minimiser.

Run from the project root: python3 scripts/generate/cascade-reference.py > test/vectors/cascade.json
"""

import json

import numpy as np
from scipy.optimize import minimize

LN2 = np.log(2)


def simulate(baseline, kernels, end, rng):
    """Ogata's thinning."""
    times, now = [], 0.0
    while True:
        def intensity(at):
            past = np.array(times)
            return baseline + sum(n * LN2 / h * np.exp(-LN2 / h * (at - past)).sum() for h, n in kernels)

        bound = intensity(now)
        now += rng.exponential(1 / bound)
        if now >= end:
            return np.array(times)
        if rng.uniform() * bound <= intensity(now):
            times.append(now)


def log_likelihood(baseline, kernels, times, start, end):
    """Sum of log intensities over all pairs minus the compensator."""
    intensity = np.full(len(times), float(baseline))
    for half_life, branching in kernels:
        beta = LN2 / half_life
        for i in range(1, len(times)):
            intensity[i] += branching * beta * np.exp(-beta * (times[i] - times[:i])).sum()
    mass = baseline * (end - start) + sum(
        n * (1 - np.exp(-LN2 / h * (end - times))).sum() for h, n in kernels
    )
    return np.log(intensity).sum() - mass


def hawkes():
    rng = np.random.default_rng(20211010)
    half_lives = [0.5, 6.0]
    times = np.round(simulate(0.4, list(zip(half_lives, [0.5, 0.2])), 150.0, rng), 4)
    start, end = 0.0, 150.0

    def loss(x):
        return -log_likelihood(np.exp(x[0]), list(zip(half_lives, np.exp(x[1:]))), times, start, end)

    fit = minimize(loss, np.log([0.5, 0.3, 0.3]), method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-10, "maxiter": 4000})
    point = [0.3, [0.4, 0.3]]
    moments = [10.0, 40.5, 149.0]
    horizon = 6.0
    expected = []
    for at in moments:
        past = times[times <= at]
        expected.append(
            point[0] * horizon
            + sum(
                n * (np.exp(-LN2 / h * (at - past)) * (1 - np.exp(-LN2 / h * horizon))).sum()
                for h, n in zip(half_lives, point[1])
            )
        )
    return {
        "times": times.tolist(),
        "from": start,
        "to": end,
        "halfLives": half_lives,
        "point": {"baseline": point[0], "branching": point[1]},
        "logLikelihood": log_likelihood(point[0], list(zip(half_lives, point[1])), times, start, end),
        "fit": {"baseline": float(np.exp(fit.x[0])), "branching": np.exp(fit.x[1:]).tolist(), "logLikelihood": -float(fit.fun)},
        "moments": moments,
        "horizon": horizon,
        "expected": expected,
    }


def logit():
    rng = np.random.default_rng(7)
    inputs = np.round(rng.normal(size=(120, 3)), 4)
    level = inputs @ np.array([0.9, -0.4, 0.3])
    draws = rng.logistic(size=120)
    outcomes = [(level + draws > edge).astype(float) for edge in (0.2, 1.2)]
    ridge = 0.02

    def loss(x):
        total = 0.0
        for place, outcome in enumerate(outcomes):
            odds = inputs @ x[:3] + x[3 + place]
            total += (np.logaddexp(0, odds) - outcome * odds).mean()
        return total / len(outcomes) + 0.5 * ridge * (x[:3] ** 2).sum()

    def best(bounds):
        found = minimize(loss, np.zeros(5), method="L-BFGS-B", bounds=bounds, options={"ftol": 1e-15, "gtol": 1e-10, "maxiter": 2000})
        return {"slopes": found.x[:3].tolist(), "intercepts": found.x[3:].tolist(), "loss": float(found.fun)}

    return {
        "inputs": inputs.tolist(),
        "outcomes": [outcome.tolist() for outcome in outcomes],
        "ridge": ridge,
        "free": best([(None, None)] * 5),
        "monotone": best([(0, None)] * 3 + [(None, None)] * 2),
    }


def ranks():
    rng = np.random.default_rng(3)
    scores = np.round(rng.uniform(size=60), 1)
    hits = (rng.uniform(size=60) < 0.2 + 0.5 * scores).astype(float)
    positive, negative = scores[hits == 1], scores[hits == 0]
    auc = ((positive[:, None] > negative).mean() + 0.5 * (positive[:, None] == negative).mean()).item()
    precision = np.mean([hits[scores >= s].mean() for s in positive]).item()
    return {"scores": scores.tolist(), "hits": hits.tolist(), "auc": auc, "averagePrecision": precision}


print(json.dumps({"hawkes": hawkes(), "logit": logit(), "ranks": ranks()}))
