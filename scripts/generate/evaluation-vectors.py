"""Writes test/vectors/evaluation/statistics.json: Diebold-Mariano, Holm, HAC Wald and weighted least squares by statsmodels.

The series are simulated here. Run from the project root: python3 scripts/generate/evaluation-vectors.py
"""

import json
from pathlib import Path

import numpy as np
import statsmodels.api as sm
from statsmodels.stats.multitest import multipletests

random = np.random.default_rng(20_261_125)
COUNT = 300


def rounded(values):
    return [round(float(value), 9) for value in values]


def autoregressive(weight):
    noise, out = random.normal(size=COUNT), np.zeros(COUNT)
    for time in range(1, COUNT):
        out[time] = weight * out[time - 1] + noise[time]
    return np.array(rounded(out))


first, second = autoregressive(0.6) ** 2, 1.1 * autoregressive(0.6) ** 2
first, second = np.array(rounded(first)), np.array(rounded(second))
diebold = []
for lags in (0, 1, 7):
    fit = sm.OLS(first - second, np.ones(COUNT)).fit(cov_type="HAC", cov_kwds={"maxlags": lags, "use_correction": False}, use_t=False)
    diebold.append({"lags": lags, "statistic": float(fit.tvalues[0]), "pValue": float(fit.pvalues[0])})

pvalues = [0.01, 0.04, 0.03, 0.5, 0.002, 0.9, 0.03]
holm = multipletests(pvalues, method="holm")[1].tolist()

driver = autoregressive(0.5)
target = np.array(rounded(0.3 * np.roll(driver, 1) + 0.4 * autoregressive(0.7)))
controls = np.column_stack([np.ones(COUNT - 2), target[1:-1]])
lags = np.column_stack([driver[1:-1], driver[:-2]])
cases = []
for hac in (0, 5):
    design = np.hstack([controls, lags])
    fit = sm.OLS(target[2:], design).fit(cov_type="HAC", cov_kwds={"maxlags": hac, "use_correction": False}, use_t=True)
    test = fit.f_test(np.eye(4)[2:])
    cases.append({"covarianceLags": hac, "statistic": float(np.squeeze(test.fvalue)), "pValue": float(test.pvalue)})

weights = np.array(rounded(random.uniform(0.2, 2, COUNT - 2)))
wls = sm.WLS(target[2:], np.hstack([controls, lags]), weights=weights).fit()
out = {
    "first": first.tolist(),
    "second": second.tolist(),
    "diebold": diebold,
    "pValues": pvalues,
    "holm": holm,
    "target": target[2:].tolist(),
    "controls": controls.tolist(),
    "lags": lags.tolist(),
    "precedence": cases,
    "weights": weights.tolist(),
    "weighted": wls.params.tolist(),
}
path = Path("test/vectors/evaluation/statistics.json")
path.parent.mkdir(parents=True, exist_ok=True)
path.write_text(json.dumps(out) + "\n")
print(path)
