"""QuantLib's side of the Greeks benchmark: reads options as JSON, prints version, seconds of processor time and a checksum.

Each option is one BlackCalculator, as the project's reference vectors are made: value alone, then value with the Greeks.
"""
import json
import sys
import time

import QuantLib as ql


def main():
    options = json.load(sys.stdin)
    cases = [(ql.PlainVanillaPayoff(ql.Option.Call if o["sign"] > 0 else ql.Option.Put, o["strike"]), o["forward"],
              o["impliedVol"] * o["tenorYears"] ** 0.5, o["tenorYears"]) for o in options]
    start = time.process_time()
    total = 0.0
    for payoff, forward, deviation, _ in cases:
        total += ql.BlackCalculator(payoff, forward, deviation).value()
    value_seconds = time.process_time() - start
    start = time.process_time()
    for payoff, forward, deviation, tenor in cases:
        found = ql.BlackCalculator(payoff, forward, deviation)
        found.value(), found.deltaForward(), found.gammaForward(), found.vega(tenor), found.theta(forward, tenor)
    greek_seconds = time.process_time() - start
    print(json.dumps({"version": ql.__version__, "valueSeconds": value_seconds, "greekSeconds": greek_seconds,
                      "total": total}))


main()
