"""Writes test/vectors/garch/likelihoods.json: log-likelihoods of a synthetic series for every member of the family.

Independent of the TypeScript: densities come from scipy.stats (the skewed t as a two-piece density with numerically
checked moments), recursions are written out step by step. The series is simulated here; it holds no market data.

Run from the project root: python3 scripts/generate/garch-reference.py
"""

import json
from pathlib import Path

import numpy as np
from scipy import special, stats

COUNT = 240
SEED = 20_261_120
PARAMETERS = {
    "garch": {"mu": 0.03, "omega": 0.05, "alpha": 0.12, "gamma": 0.0, "beta": 0.83},
    "gjr": {"mu": -0.01, "omega": 0.04, "alpha": 0.03, "gamma": 0.14, "beta": 0.86},
    "egarch": {"mu": 0.02, "omega": -0.01, "alpha": 0.2, "gamma": -0.09, "beta": 0.95},
}
SHAPES = {"normal": (None, 1.0), "t": (5.3, 1.0), "skewed-t": (7.1, 0.87)}


def simulate():
    random = np.random.default_rng(SEED)
    returns, variance = [], 1.0
    for shock in random.standard_t(6, COUNT) * np.sqrt(4 / 6):
        moved = float(np.sqrt(variance) * shock)
        returns.append(round(0.02 + moved, 6))
        variance = 0.05 + 0.05 * moved**2 + (0.1 * moved**2 if moved < 0 else 0) + 0.84 * variance
    return np.array(returns)


def start(returns, mu, rule):
    if rule == "mean-square":
        return np.mean((returns - mu) ** 2)
    if rule == "ewma":
        squares, count = (returns - mu) ** 2, len(returns)
        return 0.94**count * np.mean(squares) + 0.06 * np.sum(0.94 ** np.arange(count) * squares)
    weights = 0.94 ** np.arange(min(75, len(returns)))
    return np.average((returns - returns.mean())[: len(weights)] ** 2, weights=weights)


def filter_variances(model, p, returns, initial):
    out = []
    for index in range(len(returns) + 1):
        if index == 0:
            square, fall_square, previous, score = initial, initial / 2, initial, None
        else:
            shock = returns[index - 1] - p["mu"]
            square, previous = shock**2, out[-1]
            fall_square, score = square * (shock < 0), shock / np.sqrt(previous)
        if model == "egarch":
            news = 0.0 if score is None else p["alpha"] * (abs(score) - np.sqrt(2 / np.pi)) + p["gamma"] * score
            out.append(np.exp(p["omega"] + news + p["beta"] * np.log(previous)))
        else:
            out.append(p["omega"] + p["alpha"] * square + p["gamma"] * fall_square + p["beta"] * previous)
    return np.array(out)


def log_density(z, shape, skew):
    if shape is None:
        return stats.norm.logpdf(z)
    spread = np.sqrt(shape / (shape - 2))
    if skew == 1.0:
        return stats.t.logpdf(z * spread, shape) + np.log(spread)
    first = 2 * np.sqrt(shape - 2) / (shape - 1) / special.beta(0.5, shape / 2)
    centre = first * (skew - 1 / skew)
    deviation = np.sqrt(skew**2 - 1 + skew**-2 - centre**2)
    y = z * deviation + centre
    folded = np.where(y < 0, y * skew, y / skew)
    return np.log(2 / (skew + 1 / skew) * deviation * spread) + stats.t.logpdf(folded * spread, shape)


returns = simulate()
cases = []
for variance, base in PARAMETERS.items():
    for distribution, (shape, skew) in SHAPES.items():
        for rule in ("mean-square", "backcast", "ewma"):
            h = filter_variances(variance, base, returns, start(returns, base["mu"], rule))
            z = (returns - base["mu"]) / np.sqrt(h[:-1])
            total = float(np.sum(log_density(z, shape, skew) - 0.5 * np.log(h[:-1])))
            parameters = {**base, "shape": shape, "skew": skew}
            cases.append(
                {
                    "variance": variance,
                    "distribution": distribution,
                    "startRule": rule,
                    "parameters": parameters,
                    "logLikelihood": total,
                    "lastVariance": float(h[-2]),
                    "nextVariance": float(h[-1]),
                }
            )
target = Path("test/vectors/garch/likelihoods.json")
target.parent.mkdir(parents=True, exist_ok=True)
body = ",\n".join(json.dumps(case) for case in cases)
target.write_text(f'{{"returns":{json.dumps(returns.tolist())},\n"cases":[\n{body}\n]}}\n')
print(f"{target}: {len(cases)} cases of {COUNT} returns")
