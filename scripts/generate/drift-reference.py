"""Writes test/vectors/math/drift.json: streams with changes and where ADWIN2 and Page-Hinkley raise their alarms.

Independent of the TypeScript: ADWIN keeps the raw values and the sizes of its buckets, and computes means and variance of
every cut from the values themselves. The streams are those of the change-detection tutorials: zeros and ones, then other
whole numbers from place 999 on.

Run from the project root: python3 scripts/generate/drift-reference.py
"""

import json
import math
from pathlib import Path

import numpy as np

MAX_BUCKETS, CLOCK, MIN_WINDOW, MIN_PART = 5, 32, 10, 5


def bucket_sizes(sizes):
    """Oldest first; merges the two oldest of a size of which there are more than MAX_BUCKETS."""
    size = 1
    while sizes.count(size) > MAX_BUCKETS:
        place = sizes.index(size)
        sizes[place : place + 2] = [2 * size]
        size *= 2


def has_cut(values, sizes, delta):
    values, cut = np.array(values, dtype=float), 0
    for size in sizes:
        cut += size
        old, new = values[:cut], values[cut:]
        if len(new) <= MIN_PART + 1:
            return False
        if len(old) <= MIN_PART + 1:
            continue
        confidence = math.log(2 * math.log(len(values)) / delta)
        harmonic = 1 / (len(old) - MIN_PART + 1) + 1 / (len(new) - MIN_PART + 1)
        bound = math.sqrt(2 * harmonic * values.var() * confidence) + 2 / 3 * confidence * harmonic
        if abs(old.mean() - new.mean()) > bound:
            return True
    return False


def adwin(stream, delta):
    values, sizes, alarms = [], [], []
    for place, value in enumerate(stream):
        values.append(value)
        sizes.append(1)
        bucket_sizes(sizes)
        if (place + 1) % CLOCK or len(values) <= MIN_WINDOW:
            continue
        found = False
        while values and has_cut(values, sizes, delta):
            del values[: sizes.pop(0)]
            found = True
        if found:
            alarms.append([place, len(values)])
    return alarms


def page_hinkley(stream, tolerance, threshold, min_values):
    alarms, start = [], 0
    for place in range(len(stream)):
        part = np.array(stream[start : place + 1], dtype=float)
        means = np.cumsum(part) / np.arange(1, len(part) + 1)
        sums = np.cumsum(part - means - tolerance)
        if len(part) >= min_values and sums[-1] - min(0.0, sums.min()) > threshold:
            alarms.append(place)
            start = place + 1
    return alarms


def main():
    cases = []
    for seed, low, high in ((8, 6, 12), (5, 6, 12), (0, 4, 8), (1, 4, 8), (3, 0, 2)):
        random = np.random.default_rng(seed)
        stream = np.concatenate([random.integers(2, size=999), random.integers(low, high, size=1_001)]).tolist()
        found = page_hinkley(stream, 0.05, 20, 30)
        cases.append({"stream": "".join(map(lambda value: format(value, "x"), stream)), "adwin": adwin(stream, 0.001), "pageHinkley": found})
    Path("test/vectors/math/drift.json").write_text(json.dumps(cases) + "\n")
    for case in cases:
        print(case["adwin"], case["pageHinkley"])


main()
