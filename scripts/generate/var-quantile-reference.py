"""Writes test/vectors/var-quantile.json: quantile regressions, tails of laws and samples, and a rotated portfolio.

Independent of the TypeScript: regressions are exact linear programmes (scipy.optimize.linprog), tails of Student's law are
integrated numerically, the rotation uses numpy's Cholesky factors. The data are simulated here; they hold no market data.

Run from the project root: python3 scripts/generate/var-quantile-reference.py
"""

import json
from pathlib import Path

import numpy as np
from scipy import integrate, optimize, stats

SEED = 20_261_126


def exact_quantile_regression(design, answers, level):
    count, size = design.shape
    cost = np.concatenate([np.zeros(2 * size), level * np.ones(count), (1 - level) * np.ones(count)])
    matrix = np.hstack([design, -design, np.eye(count), -np.eye(count)])
    found = optimize.linprog(cost, A_eq=matrix, b_eq=answers, bounds=(0, None), method="highs")
    return found.x[:size] - found.x[size : 2 * size], found.fun


def regressions(random):
    design = np.column_stack([np.ones(160), random.gamma(2, 1, 160), random.gamma(3, 0.5, 160)])
    answers = design @ [0.2, -0.5, 0.3] + (0.5 + 0.4 * design[:, 1]) * random.standard_t(4, 160)
    design, answers = np.round(design, 6), np.round(answers, 6)
    fits = []
    for level in (0.025, 0.1, 0.5, 0.9):
        coefficients, loss = exact_quantile_regression(design, answers, level)
        fits.append({"level": level, "coefficients": coefficients.tolist(), "loss": loss})
    return {"design": design.ravel().tolist(), "answers": answers.tolist(), "fits": fits}


def law_tails():
    rows = []
    for degrees in (2.6, 4.0, 9.5, None):
        law = stats.norm() if degrees is None else stats.t(degrees, scale=np.sqrt((degrees - 2) / degrees))
        for level in (0.01, 0.025, 0.05):
            # stdtrit of this scipy is good to 3e-9 only.
            quantile = optimize.brentq(lambda x: law.cdf(x) - level, -60, 0, xtol=1e-14, rtol=1e-14)
            mass, _ = integrate.quad(lambda x: x * law.pdf(x), -np.inf, quantile, epsabs=1e-13, epsrel=1e-12, limit=500)
            rows.append([degrees, level, quantile, mass / level])
    return rows


def rotation(random):
    """Scenarios of one day: whitened by the residuals' correlation about zero, coloured by the forecast."""
    days = 520
    residuals = np.round(random.standard_normal((days, 3)) @ np.linalg.cholesky([[1, 0.5, 0.2], [0.5, 1, 0.4], [0.2, 0.4, 1]]).T, 6)
    deviations = np.array([1.5, 2.5, 4.0])
    weights = np.array([0.5, 0.3, 0.2])
    forecast = np.array([[1, 0.8, 0.7], [0.8, 1, 0.75], [0.7, 0.75, 1]])
    known = residuals[: days - 1]
    moments = known.T @ known
    own = moments / np.sqrt(np.outer(np.diag(moments), np.diag(moments)))
    turned = np.linalg.cholesky(forecast) @ np.linalg.inv(np.linalg.cholesky(own)) @ known.T
    portfolio = np.sort(weights * deviations @ turned)
    tails = []
    for level in (0.01, 0.05):
        quantile = float(np.quantile(portfolio, level))
        tails.append([level, quantile, float(portfolio[portfolio <= quantile].mean())])
    return {
        "returns": (residuals * deviations).T.tolist(),
        "deviations": deviations.tolist(),
        "weights": weights.tolist(),
        "forecast": forecast.tolist(),
        "tails": tails,
    }


def matrices(random):
    """Two exponential averages of cross products as explicit weights, where the code keeps a running sum."""
    shares = random.standard_normal((90, 3)) @ np.linalg.cholesky(np.array([[1, 0.6, 0.3], [0.6, 1, 0.2], [0.3, 0.2, 1]])).T
    forecasts = []
    for decay in (0.97, 0.995):
        weight = np.zeros(len(shares))
        for step in range(len(shares)):
            newest = max(1 - decay, 1 / (step + 1))
            weight[:step] *= 1 - newest
            weight[step] = newest
        average = (shares * weight[:, None]).T @ shares
        deviation = np.sqrt(np.diag(average))
        forecasts.append(average / np.outer(deviation, deviation))
    mean = sum(forecasts) / len(forecasts)
    common = mean[np.triu_indices(3, 1)].mean()
    forecast = 0.9 * mean + 0.1 * common
    np.fill_diagonal(forecast, 1)
    return {"residuals": shares.T.tolist(), "forecast": forecast.ravel().tolist()}


def main():
    random = np.random.default_rng(SEED)
    vectors = {"regressions": regressions(random), "laws": law_tails(), "rotation": rotation(random), "matrices": matrices(random)}
    Path("test/vectors/var-quantile.json").write_text(json.dumps(vectors) + "\n")


main()
