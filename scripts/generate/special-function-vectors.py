"""Writes test/vectors/math/special-functions.json with scipy and mpmath (40 digits).

Run from the project root: python3 scripts/generate/special-function-vectors.py
"""

import json
from pathlib import Path

import numpy as np
from mpmath import betainc, erfc, loggamma, mp, mpf, sqrt
from scipy import special, stats

mp.dps = 40


def student_cdf(x, degrees):
    x, degrees = mpf(x), mpf(degrees)
    tail = betainc(degrees / 2, mpf(1) / 2, 0, degrees / (degrees + x * x), regularized=True) / 2
    return float(1 - tail if x > 0 else tail)


def standardised_skewed_t(x, degrees, skew):
    """Log density by transforming the textbook two-piece density numerically standardised (no closed-form moments)."""
    grid = np.sinh(np.linspace(-16.0, 16.0, 800_001))
    spread = np.sqrt(degrees / (degrees - 2))

    def raw(y):
        folded = np.where(y < 0, y * skew, y / skew) * spread
        return 2 / (skew + 1 / skew) * spread * stats.t.pdf(folded, degrees)

    density = raw(grid)
    centre = np.trapezoid(grid * density, grid)
    deviation = np.sqrt(np.trapezoid((grid - centre) ** 2 * density, grid))
    standard = (grid - centre) / deviation
    fall_share = np.trapezoid(np.where(standard < 0, standard**2, 0) * density, grid)
    return float(np.log(raw(x * deviation + centre) * deviation)), float(fall_share)


points = [-6, -3, -1, -0.4, -1e-10, 0, 0.3, 0.46875, 0.5, 1, 2, 4, 5, 10, 20, 26.5]
probabilities = [1e-300, 1e-100, 1e-20, 1e-5, 0.01, 0.075, 0.3, 0.8, 0.99, 0.999999]
degrees = [0.5, 1, 2.05, 4, 7.3, 30, 100]
vectors = {
    "erfc": [[x, float(erfc(mpf(x)))] for x in points],
    "normalCdf": [[x, float(erfc(-mpf(x) / sqrt(2)) / 2)] for x in [-37, -20, -8, -3, -1, -0.1, 0, 0.5, 2, 6]],
    "normalInverse": [[p, float(special.ndtri(p))] for p in probabilities],
    "logGamma": [[x, float(loggamma(mpf(x)))] for x in [1e-8, 0.1, 0.5, 1, 1.5, 2, 3.3, 10, 14.9, 100, 1e6]],
    "studentTPdf": [[x, n, float(stats.t.pdf(x, n))] for n in degrees for x in [-50, -2, 0, 0.7]],
    "studentTCdf": [[x, n, student_cdf(x, n)] for n in degrees for x in [-50, -2, -1e-4, 0, 0.7, 3]],
    "studentTQuantile": [
        [p, n, float(stats.t.ppf(p, n))] for n in degrees[1:] for p in [1e-10, 1e-4, 0.01, 0.2, 0.5, 0.9, 0.999]
    ],
    "skewedT": [
        [x, n, s, *standardised_skewed_t(x, n, s)] for n in [5.0, 12.0] for s in [0.8, 1.0, 1.3] for x in [-4.0, -0.1, 2.5]
    ],
}
target = Path("test/vectors/math/special-functions.json")
target.parent.mkdir(parents=True, exist_ok=True)
target.write_text(json.dumps(vectors, separators=(",", ":")).replace('],"', '],\n"') + "\n")
print(f"{target}: {sum(map(len, vectors.values()))} values")
