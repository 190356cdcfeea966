"""Writes test/vectors/black76/greeks.json: Black-76 Greeks in quote currency and in coin, and values of skewed
distributions, by 50-digit arithmetic (mpmath): Greeks are numeric derivatives of the value, not the closed formulas.

Run from the project root: /usr/bin/python3 scripts/generate/greeks-reference.py
"""
import json

import mpmath as mp

mp.mp.dps = 50
TARGET = "test/vectors/black76/greeks.json"
FORWARD = mp.mpf("61234.5")


def value(kind, forward, strike, tenor, vol):
    """Value as the integral of the payoff in closed form, with mpmath's own error function."""
    deviation = vol * mp.sqrt(tenor)
    upper = mp.log(forward / strike) / deviation + deviation / 2
    call = forward * mp.ncdf(upper) - strike * mp.ncdf(upper - deviation)
    return call if kind == "call" else call - forward + strike


def greeks(kind, strike, tenor, vol, coin):
    """Derivatives by forward (coin: by its relative move), volatility and time."""
    def worth(forward, sigma, years):
        found = value(kind, forward, strike, years, sigma)
        return found / forward if coin else found

    scale = FORWARD if coin else mp.mpf(1)
    at = (FORWARD, vol, tenor)
    return {
        "price": worth(*at),
        "delta": mp.diff(worth, at, (1, 0, 0)) * scale,
        "gamma": mp.diff(worth, at, (2, 0, 0)) * scale ** 2,
        "vega": mp.diff(worth, at, (0, 1, 0)),
        "theta": -mp.diff(worth, at, (0, 0, 1)),
        "vanna": mp.diff(worth, at, (1, 1, 0)) * scale,
        "volga": mp.diff(worth, at, (0, 2, 0)),
    }


def skewed(kind, strike, deviation, skewness, excess):
    """Expected payoff under the Gram-Charlier density of the standardised log move, mean set so that the forward is fair."""
    def density(z):
        third = skewness / 6 * (z ** 3 - 3 * z)
        fourth = excess / 24 * (z ** 4 - 6 * z ** 2 + 3)
        return mp.npdf(z) * (1 + third + fourth)

    knots = [-12, -8, -4, -2, 0, 2, 4, 8, 12]
    mean = mp.quad(lambda z: mp.e ** (deviation * z) * density(z), knots)
    border = mp.log(strike / FORWARD * mean) / deviation
    sign = 1 if kind == "call" else -1
    inside = [k for k in knots if sign * (k - border) > 0]
    parts = sorted([border] + inside)
    return mp.quad(lambda z: sign * (FORWARD * mp.e ** (deviation * z) / mean - strike) * density(z), parts)


def main():
    rows = []
    for kind in ("call", "put"):
        for share in ("0.7", "0.9", "1", "1.1", "1.4"):
            for tenor in (mp.mpf(2) / 365, mp.mpf(30) / 365, mp.mpf(1)):
                for vol in (mp.mpf("0.35"), mp.mpf("1.2")):
                    strike = FORWARD * mp.mpf(share)
                    if min(value(one, FORWARD, strike, tenor, vol) for one in ("call", "put")) < FORWARD / 10 ** 6:
                        continue
                    case = {"kind": kind, "forward": FORWARD, "strike": strike, "tenorYears": tenor, "impliedVol": vol}
                    for unit in ("quote", "coin"):
                        case[unit] = {k: float(v) for k, v in greeks(kind, strike, tenor, vol, unit == "coin").items()}
                    rows.append({k: v if isinstance(v, (str, dict)) else float(v) for k, v in case.items()})
    shaped = []
    for kind in ("call", "put"):
        for share in ("0.85", "1", "1.2"):
            for deviation in ("0.1", "0.3"):
                for skewness, excess in (("-0.4", "0.8"), ("0.3", "0.5"), ("0", "1.5")):
                    strike = FORWARD * mp.mpf(share)
                    args = [mp.mpf(text) for text in (deviation, skewness, excess)]
                    shaped.append({
                        "kind": kind, "forward": float(FORWARD), "strike": float(strike), "deviation": float(args[0]),
                        "skewness": float(args[1]), "excessKurtosis": float(args[2]),
                        "price": float(skewed(kind, strike, *args)),
                    })
    with open(TARGET, "w", encoding="utf-8") as file:
        lines = [",\n".join(json.dumps(row) for row in part) for part in (rows, shaped)]
        file.write('{"greeks": [\n' + lines[0] + '\n],\n"shaped": [\n' + lines[1] + "\n]}\n")
    print(len(rows), len(shaped))


main()
