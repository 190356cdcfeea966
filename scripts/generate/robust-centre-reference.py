"""Weighted medians, MAD tolerances and trimmed means by numpy: writes test/vectors/defence/robust-centre.json.

Run: /usr/bin/python3 scripts/generate/robust-centre-reference.py
"""
import json
import pathlib

import numpy as np

FILE = pathlib.Path(__file__).parents[2] / "test/vectors/defence/robust-centre.json"


def lower_weighted_median(values, weights):
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order])
    place = np.argmax((reached >= weights.sum() / 2) & (weights[order] > 0))
    return values[order][place]


def case(rng, count):
    values = rng.normal(11.0, 0.001, count)
    values[: count // 3] += rng.normal(0, 0.1)
    weights = rng.uniform(0.01, 1.0, count)
    floor, ceiling = 0.0025, 0.01
    median = lower_weighted_median(values, weights)
    spread = lower_weighted_median(np.abs(values - median), weights)
    tolerance = min(ceiling, max(floor, 4 * 1.4826 * spread))
    near = np.abs(values - median) <= tolerance
    return {
        "values": values.tolist(),
        "weights": weights.tolist(),
        "floor": floor,
        "ceiling": ceiling,
        "median": float(median),
        "tolerance": float(tolerance),
        "centre": float(np.average(values[near], weights=weights[near])),
    }


generator = np.random.default_rng(20251010)
FILE.parent.mkdir(parents=True, exist_ok=True)
FILE.write_text(json.dumps([case(generator, count) for count in (1, 2, 3, 5, 7, 9, 12) for _ in range(4)], indent=1) + "\n")
