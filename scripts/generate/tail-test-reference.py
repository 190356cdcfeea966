"""Writes test/vectors/math/tail-tests.json: tests of quantile and shortfall forecasts, and chi-square tails.

Independent of the TypeScript: chi-square tails come from scipy.stats, the dynamic quantile test is the explained sum of
squares of a least-squares fit by statsmodels, likelihoods are those of scipy.stats.binom and of statsmodels' logistic
regression of violations on their lag. The series are simulated here; they hold no market data.

Run from the project root: python3 scripts/generate/tail-test-reference.py
"""

import json
from pathlib import Path

import numpy as np
import statsmodels.api as sm
from scipy import stats

SEED = 20_261_125
STEPS = 400
LAGS = 4


def simulate(random, scale_error):
    variance, returns, quantiles, shortfalls = 1.0, [], [], []
    for shock in random.standard_t(5, STEPS) * np.sqrt(3 / 5):
        deviation = float(np.sqrt(variance))
        quantiles.append(deviation * scale_error)
        returns.append(deviation * float(shock))
        variance = 0.05 + 0.12 * returns[-1] ** 2 + 0.83 * variance
    return np.array(returns), np.array(quantiles)


def logistic_likelihood(after, before):
    # Free two-state chain = saturated logistic regression of the hit on the hit before.
    design = sm.add_constant(before.astype(float), has_constant="add")
    return sm.GLM(after, design, family=sm.families.Binomial()).fit(tol=1e-14, maxiter=200).llf


def case(random, level, scale_error):
    returns, deviations = simulate(random, scale_error)
    unit = stats.t(5, scale=np.sqrt(3 / 5))
    z = unit.ppf(level)
    grid = unit.ppf((np.arange(200_000) + 0.5) / 200_000 * level)
    quantiles = np.round(deviations * z, 9)
    shortfalls = np.round(deviations * grid.mean(), 9)
    returns = np.round(returns, 9)
    hits = (returns < quantiles).astype(int)
    count, steps = int(hits.sum()), len(hits)
    uc = 2 * (stats.binom.logpmf(count, steps, count / steps) - stats.binom.logpmf(count, steps, level))
    after, before = hits[1:], hits[:-1]
    pooled = after.mean()
    restricted = float(np.sum(stats.bernoulli.logpmf(after, pooled)))
    ind = 2 * (logistic_likelihood(after, before) - restricted)
    centred = hits - level
    columns = [centred[LAGS - 1 - lag : steps - 1 - lag] for lag in range(LAGS)]
    design = np.column_stack([np.ones(steps - LAGS), *columns, quantiles[LAGS:]])
    fitted = sm.OLS(centred[LAGS:], design).fit().fittedvalues
    dq = float(fitted @ fitted / (level * (1 - level)))
    beyond = np.where(returns <= quantiles, quantiles - returns, 0)
    fz0 = -beyond / (level * shortfalls) + quantiles / shortfalls + np.log(-shortfalls) - 1
    error = returns - quantiles
    pinball = np.maximum(level * error, (level - 1) * error)
    ratio = returns[hits == 1] / shortfalls[hits == 1]
    return {
        "level": level,
        "returns": returns.tolist(),
        "quantiles": quantiles.tolist(),
        "shortfalls": shortfalls.tolist(),
        "violations": count,
        "unconditional": [uc, float(stats.chi2.sf(uc, 1))],
        "independence": [ind, float(stats.chi2.sf(ind, 1))],
        "conditional": [uc + ind, float(stats.chi2.sf(uc + ind, 2))],
        "dynamicQuantile": [dq, float(stats.chi2.sf(dq, LAGS + 2))],
        "pinball": float(pinball.mean()),
        "fz0": float(fz0.mean()),
        "z1": float(1 - ratio.mean()),
        "z2": float(1 - ratio.sum() / (steps * level)),
    }


def main():
    random = np.random.default_rng(SEED)
    cases = [case(random, level, error) for level in (0.01, 0.025, 0.05) for error in (1.0, 0.7)]
    tails = [[x, k, float(stats.chi2.sf(x, k))] for k in (1, 2, 3, 6, 11) for x in (1e-6, 0.3, 1, 2.7, 6, 13.3, 40, 120)]
    target = Path("test/vectors/math/tail-tests.json")
    target.write_text(json.dumps({"chiSquare": tails, "cases": cases}) + "\n")


main()
