"""Writes test/vectors/svcj.json: option values under SVCJ by Fourier inversion of numerically solved Riccati equations.

Run from the project root: /usr/bin/python3 scripts/generate/svcj-reference.py (Debian python3-scipy).
Independent of the program's closed forms and of its cosine expansion: the exponents come from scipy's solve_ivp, the values from
Gil-Pelaez integrals by adaptive quadrature.
"""
import json

import numpy as np
from scipy.integrate import quad, solve_ivp

OUT = "test/vectors/svcj.json"
NAMES = ("variance", "longVariance", "reversion", "volOfVol", "correlation", "jumpRate", "jumpMean", "jumpDeviation", "varianceJump")
CASES = [
    ((0.25, 0.36, 2.0, 0.8, -0.4, 5.0, -0.04, 0.08, 0.05), 30 / 365),
    ((0.16, 0.30, 6.0, 2.5, -0.2, 20.0, -0.02, 0.05, 0.1), 3 / 365),
    ((0.49, 0.25, 1.0, 0.5, 0.2, 0.5, -0.15, 0.15, 0.2), 1.0),
    ((0.09, 0.40, 0.8, 1.5, -0.7, 0.0, 0.0, 0.05, 0.0), 120 / 365),
]
PLACES = (-2.5, -1.0, -0.3, 0.0, 0.5, 1.2, 2.5)


def exponent(p, tenor, u):
    """ln E[exp(u x)] for complex u, by integrating dD = ((u² − u)/2 + (ρξu − κ) D + ξ²D²/2) ds and its companions."""
    v0, theta, kappa, xi, rho, rate, mean, dev, vjump = p
    m = np.exp(mean + dev**2 / 2) - 1

    def slope(_, y):
        d = y[0]
        jump = rate * (np.exp(mean * u + dev**2 * u * u / 2) / (1 - vjump * d) - 1 - m * u)
        return [(u * u - u) / 2 + (rho * xi * u - kappa) * d + xi**2 * d * d / 2, kappa * theta * d + jump]

    found = solve_ivp(slope, (0, tenor), [0j, 0j], method="DOP853", rtol=1e-11, atol=1e-13)
    return found.y[1, -1] + found.y[0, -1] * v0


def call(p, tenor, k):
    def part(u, tilt):
        value = np.exp(exponent(p, tenor, 1j * u + tilt) - 1j * u * k)
        return (value / (1j * u)).real

    top = 60 / np.sqrt(p[0] * tenor)
    first, second = (0.5 + quad(part, 1e-9, top, args=(tilt,), limit=400, epsabs=1e-10)[0] / np.pi for tilt in (1, 0))
    return first - np.exp(k) * second


def main():
    rows = []
    for p, tenor in CASES:
        for place in PLACES:
            k = place * np.sqrt(p[0] * tenor)
            value = call(p, tenor, k)
            rows.append({"parameters": dict(zip(NAMES, p)), "tenorYears": tenor, "logMoneyness": k,
                         "price": value if k >= 0 else value - 1 + np.exp(k)})
    with open(OUT, "w", encoding="utf-8") as file:
        json.dump(rows, file, indent=1)
        file.write("\n")


main()
