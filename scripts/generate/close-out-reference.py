"""Writes test/vectors/close-out.json: expected shortfalls of close-outs on given paths.

Independent of the TypeScript: option values by scipy's normal law, book walks by numpy integration of a piecewise linear
inverse depth, tails by sorting. Moves and volatility shocks are closed formulas that the test repeats, so that no paths are
stored. Constants of the engine (depth left, answers of implied volatility) are those of docs/models/cvar-depth.md.

Run from the project root: python3 scripts/generate/close-out-reference.py
"""

import json
from pathlib import Path

import numpy as np
from scipy.stats import norm

PATHS = 1_200
STEPS = 5
LEVELS = (0.95, 0.975, 0.99)


def moves(sigma):
    path = np.arange(PATHS)
    size = -np.log1p(-(path + 0.5) / PATHS)
    return np.array([sigma * np.sqrt(step + 1) * size * (1 + 0.1 * np.sin(path)) for step in range(STEPS)])


def shocks():
    return 1.5 * np.sin(7.0 * np.arange(PATHS))


def black76(kind, forward, strike, vol, tenor):
    deviation = vol * np.sqrt(tenor)
    upper = np.log(forward / strike) / deviation + deviation / 2
    sign = 1 if kind == "call" else -1
    value = sign * (forward * norm.cdf(sign * upper) - strike * norm.cdf(sign * (upper - deviation)))
    value = np.maximum(value, np.maximum(sign * (forward - strike), 0))
    return value / forward if kind == "call" else value


def depth_left(move):
    return np.interp(move, [0, 0.03, 0.08, 0.15], [1, 0.63, 0.35, 0.2])


def average_slippage(bands, notional):
    distances = np.array([0.0] + [band[0] for band in bands])
    depths = np.array([0.0] + [band[1] for band in bands])
    density = (depths[-1] - depths[-2]) / (distances[-1] - distances[-2])
    depths = np.append(depths, depths[-1] + density * (0.5 - distances[-1]))
    distances = np.append(distances, 0.5)
    # Trapezoids between all nodes below the notional: exact for a piecewise linear inverse.
    grid = np.append(depths[depths < notional], notional)
    return np.trapz(np.interp(grid, depths, distances), grid) / notional


def shortfalls(case):
    kind, spot, strike = case["kind"], case["spot"], case["strike"]
    days = max(case["tenorYears"] * 365, 0.5)
    per_move = 2.2 * np.sqrt(30 / (days + 2)) if kind == "put" else 0
    per_root_hour = 0.02 * np.sqrt(30 / days) / np.sqrt(6)
    sign = -1 if kind == "put" else 1
    worst, shock, vol = moves(case["hourlySigma"]), shocks(), case["impliedVol"]
    values = np.full(PATHS, black76(kind, spot, strike, vol, case["tenorYears"]))
    for step in range(case["steps"]):
        shift = per_move * worst[step] + per_root_hour * np.sqrt(step + 1) * shock
        shifted = vol * (1 + np.maximum(0, shift))
        tenor = case["tenorYears"] - step / 8760
        values = np.maximum(values, black76(kind, spot * np.exp(sign * worst[step]), strike, shifted, tenor))
    gap = np.log(spot / strike) if kind == "put" else np.log(strike / spot)
    distance = gap - worst[case["steps"] - 1]
    touch = np.where(distance <= 0, 1, np.minimum(1, 2 * norm.cdf(-distance / (shifted * np.sqrt(case["tenorYears"])))))
    hedge = touch * (1 if kind == "put" else min(1, strike / spot))
    left = depth_left(worst[case["steps"] - 1])
    slippage = np.array([average_slippage(case["bands"], h * case["size"] * spot / d) for h, d in zip(hedge, left)])
    per_coin = slippage + case["halfSpread"] / left + case["priceRisk"]
    cost = (spot if kind == "put" else 1) * (hedge * per_coin + case["gasUsd"] / spot)
    losses = np.sort(np.minimum(values + cost, strike if kind == "put" else 1))[::-1]
    found = []
    for level in LEVELS:
        mass = (1 - level) * PATHS
        whole = int(np.floor(mass + 1e-9))
        part = mass - whole
        found.append((losses[:whole].sum() + (part * losses[whole] if part > 1e-9 else 0)) / mass)
    return found


def main():
    base = {"spot": 60_000.0, "hourlySigma": 0.006, "impliedVol": 0.6, "size": 40.0, "steps": 5, "halfSpread": 2e-4}
    base |= {"priceRisk": 0.005, "gasUsd": 0.5, "tenorYears": 14 / 365, "bands": [[0.01, 2e6], [0.02, 5e6], [0.05, 9e6]]}
    changes = [
        {"kind": "put", "strike": 57_000.0},
        {"kind": "call", "strike": 66_000.0},
        {"kind": "put", "strike": 66_000.0, "size": 900.0},
        {"kind": "call", "strike": 58_000.0, "tenorYears": 90 / 365},
        {"kind": "put", "strike": 50_000.0, "hourlySigma": 0.02, "steps": 3},
        {"kind": "call", "strike": 61_000.0, "spot": 61_000.0, "tenorYears": 2 / 365, "steps": 1},
        {"kind": "put", "strike": 3_000.0, "spot": 3_100.0, "size": 5.0, "bands": [[0.01, 4e4], [0.03, 9e4]]},
    ]
    cases = [base | change for change in changes]
    for case in cases:
        case["shortfalls"] = shortfalls(case)
    text = json.dumps({"paths": PATHS, "steps": STEPS, "levels": list(LEVELS), "cases": cases}, indent=1)
    Path("test/vectors/close-out.json").write_text(text + "\n")


main()
