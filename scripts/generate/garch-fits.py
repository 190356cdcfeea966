"""Writes test/vectors/garch/fits.json: maximum-likelihood fits of a simulated series for every member of the family.

Independent of the TypeScript: densities come from scipy.stats, the optimiser is scipy's, derivatives are Richardson
extrapolated central differences, the multi-step variance of the asymmetric members is a numeric integral over the error
law. The series is simulated here; it holds no market data.

Run from the project root: python3 scripts/generate/garch-fits.py
"""

import json
from pathlib import Path

import numpy as np
from scipy import integrate, optimize, special, stats

COUNT = 1_200
SEED = 20_261_125
STEPS = 5
VARIANCES = ("garch", "gjr", "egarch")
LAWS = ("normal", "t", "skewed-t")


def simulate():
    random = np.random.default_rng(SEED)
    returns, variance = [], 1.0
    for shock in random.standard_t(7, COUNT) * np.sqrt(5 / 7):
        moved = float(np.sqrt(variance) * (shock if shock > 0 else 1.1 * shock))
        returns.append(round(0.03 + moved, 5))
        variance = 0.06 + 0.06 * moved**2 + (0.09 * moved**2 if moved < 0 else 0) + 0.82 * variance
    return np.array(returns)


def names_of(variance, law):
    names = ["mu", "omega", "alpha"] + ([] if variance == "garch" else ["gamma"]) + ["beta"]
    return names + ([] if law == "normal" else ["shape"]) + (["skew"] if law == "skewed-t" else [])


def log_density(z, p):
    shape, skew = p.get("shape"), p.get("skew", 1.0)
    if shape is None:
        return stats.norm.logpdf(z)
    spread = np.sqrt(shape / (shape - 2))
    first = 2 * np.sqrt(shape - 2) / (shape - 1) / special.beta(0.5, shape / 2)
    centre = first * (skew - 1 / skew)
    deviation = np.sqrt((1 - first**2) * (skew**2 + skew**-2) + 2 * first**2 - 1)
    y = z * deviation + centre
    folded = np.where(y < 0, y * skew, y / skew)
    return np.log(2 / (skew + 1 / skew) * deviation * spread) + stats.t.logpdf(folded * spread, shape)


def variances_of(variance, p, returns):
    e = returns - p["mu"]
    start, out = np.mean(e**2), np.empty(len(e) + 1)
    gamma = p.get("gamma", 0.0)
    if variance == "egarch":
        out[0] = np.exp(p["omega"] + p["beta"] * np.log(start))
        for t in range(len(e)):
            z = e[t] / np.sqrt(out[t])
            news = p["alpha"] * (abs(z) - np.sqrt(2 / np.pi)) + gamma * z
            out[t + 1] = np.exp(p["omega"] + news + p["beta"] * np.log(out[t]))
        return out
    out[0] = p["omega"] + (p["alpha"] + gamma / 2 + p["beta"]) * start
    for t in range(len(e)):
        out[t + 1] = p["omega"] + (p["alpha"] + gamma * (e[t] < 0)) * e[t] ** 2 + p["beta"] * out[t]
    return out


def densities(variance, names, x, returns):
    p = dict(zip(names, x))
    with np.errstate(all="ignore"):
        h = variances_of(variance, p, returns)[:-1]
        if not np.all(h > 0) or p.get("shape", 3) <= 2 or p.get("skew", 1) <= 0:
            return np.full(len(returns), -np.inf)
        return log_density((returns - p["mu"]) / np.sqrt(h), p) - 0.5 * np.log(h)


def richardson(function, x, row, widths):
    def central(k):
        up, down = x.copy(), x.copy()
        up[row] += widths[row] * k
        down[row] -= widths[row] * k
        return (function(up) - function(down)) / (2 * widths[row] * k)

    return (4 * central(1) - central(2)) / 3


def forecast(variance, p, h):
    if variance == "egarch":
        return None
    share = integrate.quad(lambda z: z * z * np.exp(log_density(z, p)), -np.inf, 0, epsabs=1e-12, limit=400)[0]
    out = [h]
    for _ in range(STEPS - 1):
        out.append(p["omega"] + (p["alpha"] + p.get("gamma", 0.0) * share + p["beta"]) * out[-1])
    return [float(value) for value in out]


returns = simulate()
cases = []
for variance in VARIANCES:
    for law in LAWS:
        names = names_of(variance, law)
        start = {"mu": 0.0, "omega": 0.05, "alpha": 0.08, "gamma": 0.08, "beta": 0.85, "shape": 8.0, "skew": 1.0}
        if variance == "egarch":
            start.update(omega=0.0, alpha=0.15, gamma=-0.05, beta=0.95)
        total = lambda x: -np.sum(densities(variance, names, x, returns))
        x = np.array([start[name] for name in names])
        for _ in range(6):
            x = optimize.minimize(total, x, method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-11, "maxiter": 6000, "maxfev": 6000}).x
        widths = 2e-4 * np.maximum(np.abs(x), 0.1)
        gradient = lambda y: np.array([richardson(total, y, row, widths) for row in range(len(y))])
        hessian = np.array([richardson(gradient, x, row, widths) for row in range(len(x))])
        inverse = np.linalg.inv((hessian + hessian.T) / 2)
        each = lambda y: densities(variance, names, y, returns)
        scores = np.array([richardson(each, x, row, widths) for row in range(len(x))])
        robust = inverse @ scores @ scores.T @ inverse
        p = dict(zip(names, map(float, x)))
        cases.append(
            {
                "variance": variance,
                "distribution": law,
                "parameters": p,
                "logLikelihood": float(-total(x)),
                "hessian": dict(zip(names, np.sqrt(np.diag(inverse)).tolist())),
                "robust": dict(zip(names, np.sqrt(np.diag(robust)).tolist())),
                "forecast": forecast(variance, p, float(variances_of(variance, p, returns)[-1])),
            }
        )
        print(variance, law, cases[-1]["logLikelihood"])
target = Path("test/vectors/garch/fits.json")
body = ",\n".join(json.dumps(case) for case in cases)
target.write_text(f'{{"returns":{json.dumps(returns.tolist())},\n"cases":[\n{body}\n]}}\n')
print(f"{target}: {len(cases)} fits of {COUNT} returns")
