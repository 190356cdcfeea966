"""Fits the same SVI slices with scipy.optimize.least_squares: the peer of surface-fit.ts. Reads JSON on stdin, prints JSON.

Same quotes, start, tempered errors and pull to the usual smile; SciPy's defaults (trust region, numeric derivatives) and one thread.
"""
import json
import sys
import time

import numpy as np
import scipy
from scipy.optimize import least_squares
from scipy.special import ndtr

problem = json.load(sys.stdin)
start, weights = np.array(problem["start"]), np.sqrt(np.array(problem["strengths"]))
floor, temper = problem["floor"], problem["temper"]


def prices(point, k, scale, is_call):
    least, slope, tilt, place, round_ = point
    rho, b, sigma = np.tanh(tilt), np.exp(slope), np.exp(round_)
    z = k / scale - place
    y = np.exp(least) + b * (rho * z + np.sqrt(z * z + sigma * sigma) - sigma * np.sqrt(1 - rho * rho))
    s = scale * np.sqrt(y)
    upper = -k / s + s / 2
    return np.where(is_call, ndtr(upper) - np.exp(k) * ndtr(upper - s), np.exp(k) * ndtr(s - upper) - ndtr(-upper))


costs = []
started = time.process_time()
for slice_ in problem["slices"]:
    k, price, unit = (np.array(slice_[name]) for name in ("logMoneyness", "price", "halfSpread"))
    is_call, scale = k >= 0, slice_["scale"]
    unit = np.maximum(unit, floor)

    def residuals(point):
        errors = (prices(point, k, scale, is_call) - price) / unit
        tempered = np.sign(errors) * temper * np.sqrt(np.log1p((errors / temper) ** 2))
        return np.concatenate([tempered, weights * (point - start)])

    costs.append(least_squares(residuals, start).cost)
seconds = time.process_time() - started
print(json.dumps({"version": scipy.__version__, "seconds": seconds, "costs": costs}))
