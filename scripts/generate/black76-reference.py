"""Writes test/vectors/black76/quantlib.json: Black-76 values and Greeks computed by QuantLib (Debian quantlib-python).

Run from the project root: /usr/bin/python3 scripts/generate/black76-reference.py
"""
import json
import math

import QuantLib as ql

ROOT = "test/vectors/black76/quantlib.json"
# Below this share of the forward QuantLib's own subtraction has lost the digits that the test compares.
SMALLEST_SHARE = 1e-7


def row(kind, forward, strike, tenor, vol):
    """One case: QuantLib's BlackCalculator at zero interest."""
    deviation = vol * math.sqrt(tenor)
    payoff = ql.PlainVanillaPayoff(ql.Option.Call if kind == "call" else ql.Option.Put, strike)
    calculator = ql.BlackCalculator(payoff, forward, deviation)
    return {
        "kind": kind, "forward": forward, "strike": strike, "tenorYears": tenor, "impliedVol": vol,
        "price": calculator.value(), "delta": calculator.deltaForward(), "gamma": calculator.gammaForward(),
        "vega": calculator.vega(tenor), "theta": calculator.theta(forward, tenor),
    }


def main():
    rows = []
    for kind in ("call", "put"):
        for forward in (1900.0, 61234.5):
            for share in (0.4, 0.7, 0.8, 0.9, 1.0, 1.05, 1.2, 1.4, 2.5):
                for tenor in (1 / 365, 7 / 365, 30 / 365, 1.0):
                    for vol in (0.15, 0.6, 2.5):
                        case = row(kind, forward, forward * share, tenor, vol)
                        intrinsic = max(forward - forward * share if kind == "call" else forward * share - forward, 0)
                        if case["price"] - intrinsic > SMALLEST_SHARE * forward:
                            rows.append(case)
    with open(ROOT, "w", encoding="utf-8") as file:
        file.write("[\n" + ",\n".join(json.dumps(case) for case in rows) + "\n]\n")
    print(len(rows), "rows, QuantLib", ql.__version__)


main()
