"""Writes test/vectors/black76/basis-greeks.json: Greeks of short options whose forward differs from the spot price, by 30-digit
quadrature of the payoff at expiry and numeric derivatives by the spot price, the basis held.

Value in USD: expected payoff over the basis (the carry that lies between spot and forward is the discount); in coin: that over spot.

Run from the project root: /usr/bin/python3 scripts/generate/basis-greeks-reference.py
"""
import json

import mpmath as mp

mp.mp.dps = 30
TARGET = "test/vectors/black76/basis-greeks.json"
SPOT = mp.mpf(60000)
SIZE = mp.mpf(3)
POINT = mp.mpf("0.01")
DAY = mp.mpf(1) / 365


def worth(kind, strike, basis, spot, vol, years):
    """Expected payoff under a lognormal price with the forward as its mean, over the basis."""
    deviation = vol * mp.sqrt(years)
    sign = 1 if kind == "call" else -1
    border = (mp.log(strike / (spot * basis)) + deviation ** 2 / 2) / deviation

    def integrand(z):
        price = spot * basis * mp.exp(deviation * z - deviation ** 2 / 2)
        return sign * (price - strike) * mp.npdf(z)

    limits = [border, border + 4, border + 9, border + 18] if sign > 0 else [border - 18, border - 9, border - 4, border]
    return mp.quad(integrand, limits) / basis


def row(kind, strike, basis, years, vol):
    def usd(spot, sigma, tenor):
        return -SIZE * worth(kind, strike, basis, spot, sigma, tenor)

    def coin(spot, sigma, tenor):
        return usd(spot, sigma, tenor) / spot

    at = (SPOT, vol, years)
    step = {"h": mp.mpf("1e-8")}

    def diff(of, orders):
        return mp.diff(of, at, orders, **step)

    def parts(of):
        return {
            "value": of(*at), "first": diff(of, (1, 0, 0)), "second": diff(of, (2, 0, 0)),
            "vega": diff(of, (0, 1, 0)) * POINT, "theta": -diff(of, (0, 0, 1)) * DAY,
            "vanna": diff(of, (1, 1, 0)) * POINT, "volga": diff(of, (0, 2, 0)) * POINT ** 2,
        }

    u, c = parts(usd), parts(coin)
    slope = SPOT * c["first"]
    return {
        "kind": kind, "strike": strike, "basis": basis, "tenorYears": years, "impliedVol": vol,
        "usd": {
            "value": u["value"], "delta": u["first"], "deltaUsd": SPOT * u["first"], "gamma": u["second"],
            "gammaUsd": SPOT ** 2 * u["second"], "vega": u["vega"], "theta": u["theta"], "vanna": u["vanna"],
            "volga": u["volga"],
        },
        "coin": {
            "value": c["value"], "netDelta": slope, "netDeltaUsd": SPOT * slope, "gamma": SPOT ** 2 * c["second"],
            "vega": c["vega"], "theta": c["theta"], "vanna": SPOT * c["vanna"], "volga": c["volga"],
        },
    }


def plain(value):
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items()}
    return value if isinstance(value, str) else float(value)


def main():
    cases = [
        ("put", 57000, "0.97", "0.05", "0.6"), ("put", 66000, "1.04", "0.3", "0.8"),
        ("call", 63000, "1.03", "0.1", "0.5"), ("call", 54000, "0.98", "0.02", "0.9"),
    ]
    rows = [row(kind, mp.mpf(k), mp.mpf(b), mp.mpf(t), mp.mpf(v)) for kind, k, b, t, v in cases]
    with open(TARGET, "w", encoding="utf-8") as file:
        json.dump({"spot": float(SPOT), "size": float(SIZE), "rows": [plain(one) for one in rows]}, file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main()
