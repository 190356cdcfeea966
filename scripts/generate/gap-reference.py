"""Writes test/vectors/gap/gap-forecast.json: the gap forecast, its rules and its scores on simulated bars.

Independent of the TypeScript: written from the formulas in docs/models/gap.md with numpy and scipy (lfilter, minimize).
The bars come from a congruential generator that the test repeats, so that no bars are stored; they hold no market data.

Run from the project root: python3 scripts/generate/gap-reference.py
"""

import json
from pathlib import Path

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy.optimize import minimize
from scipy.signal import lfilter

ROWS = 6_000
HORIZON = 6
FIRST_HOUR = 450_003
SHOWN = [0, 23, 700, 2_500, 5_375, 5_376, 5_640, 5_993, 5_999]


def uniforms(count):
    state, found = 12_345, []
    for _ in range(count):
        state = (1_664_525 * state + 1_013_904_223) % 2**32
        found.append(state / 2**32)
    return np.array(found)


def bars():
    u = uniforms(3 * ROWS).reshape(ROWS, 3)
    rhythm = 1 + 0.5 * ((FIRST_HOUR + np.arange(ROWS)) % 24 < 8)
    jump = np.where(u[:, 1] > 0.995, 6.0, 1.0)
    close = 100 * np.exp(np.cumsum(0.004 * rhythm * jump * (u[:, 0] - 0.5)))
    opening = np.concatenate([[100.0], close[:-1]])
    wick = 0.002 * u[:, 2]
    return np.maximum(opening, close) * (1 + wick), np.minimum(opening, close) * (1 - wick), close


def trailing(values, width):
    sums = np.cumsum(np.concatenate([[0.0], values]))
    end = np.arange(1, len(values) + 1)
    start = np.maximum(0, end - width)
    return (sums[end] - sums[start]) / (end - start)


def profile(high, low):
    """Profile known after each row, `[n, 168]`, and the factor of each row's hour before it."""
    size = np.log(high / low)
    ratio = np.minimum(size / trailing(size, 720), 5)
    hour = (FIRST_HOUR + np.arange(ROWS)) % 168
    sums, counts, now = np.zeros(168), np.zeros(168), np.ones(168)
    known, own = np.empty((ROWS, 168)), np.empty(ROWS)
    for row in range(ROWS):
        own[row] = now[hour[row]]
        sums[hour[row]] += ratio[row]
        counts[hour[row]] += 1
        if row % 24 == 0:
            mean = sums.sum() / counts.sum()
            now = (sums / mean + 20) / (counts + 20)
        known[row] = now
    return known, own


def lagged_log(close, width):
    found = np.zeros(ROWS)
    found[width:] = np.log(close[width:] / close[:-width])
    return found


def moving(values, width, reduce):
    padded = np.concatenate([np.full(width - 1, values[0]), values])
    return reduce(sliding_window_view(padded, width), axis=1)


def shape(high, low, close, implied):
    known, own = profile(high, low)
    returns = np.concatenate([[0.0], np.diff(np.log(close))])
    calm = np.abs(returns) / own
    recent = np.sqrt(0.5 * trailing(calm, 24) ** 2 + 0.3 * trailing(calm, 168) ** 2 + 0.2 * trailing(calm, 720) ** 2)
    start = np.mean(returns[:24] ** 2)
    decay = 0.5 ** (1 / 720)
    deviation = np.sqrt(lfilter([1 - decay], [1, -decay], returns**2, zi=[decay * start])[0])
    unit = deviation * np.sqrt(168)
    day = np.clip(lagged_log(close, 24) / (deviation * np.sqrt(24)), -3, 3)
    week = np.clip(lagged_log(close, 168) / unit, -3, 3)
    below = np.clip(np.log(moving(close, 168, np.max) / close) / unit, 0, 5)
    above = np.clip(np.log(close / moving(close, 168, np.min)) / unit, 0, 5)
    first = (FIRST_HOUR + 1 + np.arange(ROWS)) % 168
    ahead = np.sqrt(
        np.mean([known[np.arange(ROWS), (first + k) % 168] ** 2 for k in range(HORIZON)], axis=0)
    )
    # The first bar has no return: its sizes are bounded below.
    recent, long = np.maximum(recent, 1e-6), np.maximum(trailing(np.abs(returns), 2_160), 1e-6)
    short = np.maximum(trailing(calm, 6), 0.1 * recent)
    ratio = np.log(implied / (recent * np.sqrt(np.pi / 2) * np.sqrt(8_760)))
    common = (
        0.5 * np.log(recent)
        + 0.08 * np.log(short / recent)
        + 0.1 * np.log(long)
        + 1.35 * np.log(ahead)
        + 0.05 * np.abs(week)
        + 0.1 * np.clip(np.nan_to_num(ratio), -np.log(3), np.log(3))
    )
    return np.exp(np.stack([common - 0.05 * day + 0.05 * below, common + 0.05 * day + 0.05 * above]))


def moves(high, low, close):
    found = np.full((2, ROWS), np.nan)
    last = ROWS - HORIZON
    found[0, :last] = 1 - sliding_window_view(low[1:], HORIZON).min(axis=1)[:last] / close[:last]
    found[1, :last] = 1 - close[:last] / sliding_window_view(high[1:], HORIZON).max(axis=1)[:last]
    return np.maximum(found, 0)


def levels(ratios):
    found, level = np.full(ROWS, np.nan), np.nan
    for row in range(ROWS):
        known = np.arange(720, row - HORIZON + 1, 3)
        if row % 168 == 0 and row - HORIZON >= 720 + 4_320:
            values = ratios[:, known].ravel()
            weights = np.tile(0.5 ** ((row - known) / 8_760), 2)
            order = np.argsort(-values)
            beyond = np.cumsum(weights[order])
            level = values[order][np.argmax(beyond > 0.0125 * weights.sum())]
        found[row] = level
    return found


def tilt():
    u = uniforms(3_000).reshape(1_000, 3)
    signals = np.sqrt(12) * (u[:, :2] - 0.5)
    gaps = 0.05 * np.exp(0.2 * signals[:, 0])
    moved = 0.01 * np.exp(0.4 * signals[:, 1]) / (1 - u[:, 2]) ** 0.25

    def loss(point):
        log = np.log(gaps) + signals @ point
        tail = np.log(np.sum((moved / np.exp(log)) ** 4)) / 4
        return np.log(np.sum(np.exp(log))) + tail + 10 / 2 * point @ point

    return minimize(loss, np.zeros(2), method="BFGS", options={"gtol": 1e-10}).x.tolist()


def main():
    high, low, close = bars()
    implied = np.full(ROWS, np.nan)
    implied[3_000:] = 0.4
    forms, moved = shape(high, low, close, implied), moves(high, low, close)
    gaps = forms * levels(moved / forms)
    judged = np.arange(5_376, ROWS - HORIZON, 3)
    pooled, came = gaps[:, judged].ravel(), moved[:, judged].ravel()
    knob = np.quantile(came / pooled, 0.99)
    excess = came - pooled
    square = np.concatenate([[0.0], np.diff(np.log(close))]) ** 2
    decay = 0.5 ** (1 / 120)
    ewma = np.sqrt(lfilter([1 - decay], [1, -decay], square, zi=[decay * np.mean(square[:240])])[0])
    har = np.sqrt(0.4 * trailing(square, 24) + 0.35 * trailing(square, 168) + 0.25 * trailing(square, 720))
    shown = lambda values: [None if np.isnan(value) else float(value) for value in values[SHOWN]]
    found = {
        "rows": SHOWN,
        "close": shown(close),
        "fallMoves": shown(moved[0]),
        "riseMoves": shown(moved[1]),
        "fallGaps": shown(gaps[0]),
        "riseGaps": shown(gaps[1]),
        "ewma": shown(ewma),
        "har": shown(har),
        "score": {
            "breach": float(np.mean(excess > 0)),
            "gap": float(np.mean(pooled)),
            "pinball": float(np.mean(np.where(excess > 0, 0.99 * excess, -0.01 * excess))),
            "gapAt1pct": float(knob * np.mean(pooled)),
        },
        "tilt": tilt(),
    }
    path = Path("test/vectors/gap/gap-forecast.json")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
