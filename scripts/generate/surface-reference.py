"""Writes test/vectors/surface.json: densities of SVI slices and fits by SciPy, to which the surface is held.

Run from the project root: /usr/bin/python3 scripts/generate/surface-reference.py (Debian python3-scipy, python3-mpmath).
Densities come from second differences of Black prices in 60 digits, not from Durrleman's formula; fits minimise the same tempered
errors with scipy.optimize.least_squares (numeric derivatives, trust region), written from the definition.
"""
import json

import mpmath as mp
import numpy as np
from scipy.optimize import least_squares
from scipy.stats import norm

mp.mp.dps = 60
OUT = "test/vectors/surface.json"
# Values of the program under test that belong to its definition.
FLOOR, TEMPER, LEVEL_SHARE, STRENGTH = 1e-4, 3.0, 0.1, 0.02
START = [np.log(0.7), np.log(0.25), -0.1, 0.0, np.log(1.2)]
# The slice of Axel Vogt (Gatheral and Jacquier, example 3.1) has a negative density; the others are as crypto chains have them.
SLICES = {
    "vogt": (-0.0410, 0.1331, 0.3060, 0.3586, 0.4153),
    "day": (-0.0021, 0.021, -0.12, 0.004, 0.11),
    "month": (0.004, 0.06, -0.25, 0.03, 0.2),
    "year": (0.05, 0.25, -0.3, 0.1, 0.6),
}
PLACES = [-1.2, -0.5, -0.2, -0.05, 0.0, 0.03, 0.2, 0.6, 0.8, 1.0, 1.4]


def variance(slice_, k):
    a, b, rho, m, sigma = [mp.mpf(value) for value in slice_]
    return a + b * (rho * (k - m) + mp.sqrt((k - m) ** 2 + sigma**2))


def density_sign(slice_, place):
    """The density of the price at expiry over that of a lognormal law with the variance of this strike."""
    k = mp.mpf(place)

    def call(strike):
        x = mp.log(strike)
        s = mp.sqrt(variance(slice_, x))
        upper = -x / s + s / 2
        return mp.ncdf(upper) - strike * mp.ncdf(upper - s)

    strike, step = mp.exp(k), mp.mpf("1e-15")
    density = (call(strike + step) - 2 * call(strike) + call(strike - step)) / step**2
    w = variance(slice_, k)
    lower = -k / mp.sqrt(w) - mp.sqrt(w) / 2
    return float(density * strike * mp.sqrt(2 * mp.pi * w) * mp.exp(lower**2 / 2))


def prices(point, k, scale, is_call):
    least, slope, tilt, place, round_ = point
    rho, b, sigma = np.tanh(tilt), np.exp(slope), np.exp(round_)
    z = k / scale - place
    y = np.exp(least) + b * (rho * z + np.sqrt(z * z + sigma * sigma) - sigma * np.sqrt(1 - rho * rho))
    s = scale * np.sqrt(y)
    upper = -k / s + s / 2
    call = norm.cdf(upper) - np.exp(k) * norm.cdf(upper - s)
    put = np.exp(k) * norm.cdf(s - upper) - norm.cdf(-upper)
    return np.where(is_call, call, put)


def fit_case(seed, tenor_days, vol, count):
    rng = np.random.default_rng(seed)
    scale = vol * np.sqrt(tenor_days / 365)
    truth = np.array(START) + rng.normal(size=5) * [0.1, 0.3, 0.2, 0.2, 0.2]
    k = np.sort(rng.uniform(-3, 2.5, count)) * scale
    is_call = k >= 0
    fair = prices(truth, k, scale, is_call)
    half = np.maximum(0.00005, np.round(fair * rng.uniform(0.02, 0.1, count), 5))
    price = fair + half * rng.normal(size=count) * 0.6
    price[rng.integers(count)] += 6 * half[0]
    keep = price > 0
    k, is_call, half, price = k[keep], is_call[keep], half[keep], price[keep]
    weights = np.sqrt(STRENGTH * np.array([LEVEL_SHARE, 1, 1, 1, 1]))

    def residuals(point):
        errors = (prices(point, k, scale, is_call) - price) / np.maximum(half, FLOOR)
        tempered = np.sign(errors) * TEMPER * np.sqrt(np.log1p((errors / TEMPER) ** 2))
        return np.concatenate([tempered, weights * (point - START)])

    found = least_squares(residuals, START, xtol=1e-14, ftol=1e-14, gtol=1e-14, max_nfev=5000)
    points = [
        {"logMoneyness": float(a), "price": float(b), "halfSpread": float(c), "isCall": bool(d)}
        for a, b, c, d in zip(k, price, half, is_call)
    ]
    return {"scale": float(scale), "points": points, "point": found.x.tolist(), "cost": float(found.cost)}


def main():
    names = ("a", "b", "rho", "m", "sigma")
    densities = [
        {"name": name, "slice": dict(zip(names, values)), "logMoneyness": place, "sign": density_sign(values, place)}
        for name, values in SLICES.items()
        for place in PLACES
        if name != "day" or abs(place) <= 0.6
    ]
    cases = [(1, 1.5, 0.55, 24), (2, 8, 0.5, 35), (3, 30, 0.45, 48), (4, 120, 0.5, 40), (5, 300, 0.5, 12)]
    fits = [fit_case(*case) for case in cases]
    with open(OUT, "w", encoding="utf-8") as file:
        json.dump({"start": START, "strength": STRENGTH, "densities": densities, "fits": fits}, file, indent=1)
        file.write("\n")


main()
