"""Expected feature values from plain Python formulas: python3 scripts/generate/feature-vectors.py > test/vectors/features/price-features.json

The bars follow a closed formula that test/oracle/features/feature-schema.test.ts repeats, so only results are stored.
"""
import json
import math

N = 800  # hourly bars
YEAR_HOURS = 365 * 24


def log_close(i, phase):
    return 0.02 * math.sin(0.37 * i + phase) + 0.01 * math.cos(1.9 * i) + 0.004 * math.sin(5.3 * i * (1 + phase))


def close(i, phase):
    return 1000 * math.exp(log_close(i, phase))


def volume(i):
    return 50 * (2 + math.sin(0.11 * i))


BTC, ETH = 0.0, 0.8
r = [0.0] + [math.log(close(i, BTC) / close(i - 1, BTC)) for i in range(1, N)]
e = [0.0] + [math.log(close(i, ETH) / close(i - 1, ETH)) for i in range(1, N)]


def vol(w):
    return math.sqrt(sum(x * x for x in r[-w:]) * YEAR_HOURS / w)


def ret(w):
    return math.log(close(N - 1, BTC) / close(N - 1 - w, BTC))


def parkinson(w):
    total = 0.0
    for i in range(N - w, N):
        opening, closing = close(i - 1, BTC), close(i, BTC)
        total += math.log(max(opening, closing) * 1.002 / (min(opening, closing) * 0.997)) ** 2
    return math.sqrt(total / w / (4 * math.log(2)) * YEAR_HOURS)


def jump(w):
    x = r[-w:]
    bipower = math.pi / 2 * sum(abs(a) * abs(b) for a, b in zip(x, x[1:])) * w / (w - 1)
    return max(0.0, 1 - bipower / sum(a * a for a in x))


def downside(w):
    x = r[-w:]
    return sum(a * a for a in x if a < 0) / sum(a * a for a in x)


def mean_volume(w):
    return sum(volume(i) for i in range(N - w, N)) / w


def correlation():
    weights = [2 ** (-k / 72) for k in range(720)]
    x, y = r[::-1][:720], e[::-1][:720]
    cross = sum(w * a * b for w, a, b in zip(weights, x, y))
    return cross / math.sqrt(sum(w * a * a for w, a in zip(weights, x)) * sum(w * b * b for w, b in zip(weights, y)))


print(json.dumps({
    "bars": N,
    "tolerance": 1e-9,
    "values": {
        "return-1h": ret(1), "return-4h": ret(4), "return-24h": ret(24), "return-7d": ret(168),
        "realised-vol-1h": vol(1), "realised-vol-4h": vol(4), "realised-vol-24h": vol(24),
        "realised-vol-7d": vol(168), "realised-vol-30d": vol(720),
        "log-vol-ratio-24h-7d": math.log(vol(24) / vol(168)), "log-vol-ratio-7d-30d": math.log(vol(168) / vol(720)),
        "parkinson-vol-24h": parkinson(24),
        "downside-share-24h": downside(24), "jump-share-24h": jump(24), "jump-share-7d": jump(168),
        "largest-move-7d": max(abs(x) for x in r[-168:]),
        "log-volume-ratio-1h-7d": math.log(mean_volume(1) / mean_volume(168)),
        "log-volume-ratio-24h-30d": math.log(mean_volume(24) / mean_volume(720)),
        "correlation-ewma-30d": correlation(),
    },
}, indent=1))
