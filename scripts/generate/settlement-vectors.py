"""Writes the settlement vectors: test/vectors/vault/settlement.json (every number) and SettlementVectors.sol (digests).

Independent of Solidity and TypeScript: amounts are exact fractions, rounded once where the rules say so. Cases are drawn
from a sha256 stream that all three languages have, so that Solidity needs no file.

Run from the project root: python3 scripts/generate/settlement-vectors.py
"""

import hashlib
import json
from fractions import Fraction
from math import ceil, floor
from pathlib import Path

COUNT = 400
SEED = b"plimsoll/settlement/1"
DECIMALS = (0, 6, 8, 18)
MAX_PRICE = 2**63
MAX_COLLATERAL = 2**104 - 1
DIGEST_BYTES = 8
PER_LINE = 8
FOLDER = Path("test/vectors/vault")


def word(index, field):
    return int.from_bytes(hashlib.sha256(SEED + index.to_bytes(4, "big") + field.to_bytes(4, "big")).digest(), "big")


def log_uniform(index, field, bits):
    return 1 + word(index, field) % 2 ** (1 + word(index, field + 1) % bits)


def price_of(index, strike):
    choice = word(index, 4)
    mode, rest = choice % 4, choice >> 8
    if mode == 0:
        return log_uniform(index, 5, 60)
    price = strike + rest % 3 - 1 if mode == 1 else strike * (5_000 + rest % 10_000) // 10_000
    return min(max(price, 1), MAX_PRICE)


def owed_per_contract(is_put, strike, price):
    """Intrinsic value of one contract in whole tokens: dollars for puts, coins for calls."""
    if is_put:
        return Fraction(max(strike - price, 0), 10**8)
    return Fraction(max(price - strike, 0), price)


def draw_positions(index, value, unit):
    positions = []
    for j in range(1 + word(index, 8) % 5):
        at = 20 + 4 * j
        size = log_uniform(index, at, 50)
        owed = ceil(Fraction(size, 10**8) * value * unit)
        choice = word(index, at + 2)
        near = owed * (choice % 20_000) // 10_000
        collateral = log_uniform(index, at + 3, 100) if choice % 3 == 0 else near
        positions.append((size, min(collateral, MAX_COLLATERAL)))
    return positions


def settle(position, value, unit, offered):
    size, collateral = position
    owed = ceil(Fraction(size, 10**8) * value * unit)
    paid = min(owed, collateral)
    bounty = min(offered, (collateral - paid) // 20)
    return {"owed": owed, "paid": paid, "refund": collateral - paid - bounty, "bounty": bounty}


def redemptions(index, total):
    count, left, amounts = 1 + word(index, 16) % 4, total, []
    for r in range(count):
        amount = left if r == count - 1 else left * (word(index, 60 + r) % 10_001) // 10_000
        amounts.append(amount)
        left -= amount
    return amounts


def case(index):
    is_put = word(index, 0) % 2 == 1
    unit = 10 ** DECIMALS[word(index, 1) % 4]
    strike = log_uniform(index, 2, 60)
    price = price_of(index, strike)
    value = owed_per_contract(is_put, strike, price)
    positions = draw_positions(index, value, unit)
    offered = word(index, 9) % (1 + 2 ** (word(index, 10) % 40))
    assets = log_uniform(index, 11, 100)
    reserved = assets * (word(index, 13) % 5_001) // 10_000
    cap = assets * (word(index, 14) % 1_001) // 10_000
    shares = [settle(position, value, unit, offered) for position in positions]
    early = word(index, 15) % len(positions)
    missing = sum(s["owed"] - s["paid"] for s in shares[:early])
    unsettled = positions[early:]
    rest = ceil(Fraction(sum(size for size, _ in unsettled), 10**8) * value * unit)
    worst = missing if value == 0 else missing + rest + len(unsettled)
    pot, owed = sum(s["paid"] for s in shares), sum(s["owed"] for s in shares)
    cover = min(owed - pot, assets - reserved, cap)
    ratio = Fraction(1) if owed == pot + cover else Fraction(pot + cover, owed)
    amounts = redemptions(index, sum(size for size, _ in positions))
    payouts = [floor(Fraction(amount, 10**8) * value * unit * ratio) for amount in amounts]
    return {
        "isPut": is_put,
        "decimals": DECIMALS[word(index, 1) % 4],
        "strikeE8": strike,
        "priceE8": price,
        "bountyOffered": offered,
        "positions": [{"sizeE8": size, "collateral": collateral} for size, collateral in positions],
        "fund": {"free": assets - reserved, "cap": cap},
        "settledBeforeOpening": early,
        "amounts": amounts,
        "shares": shares,
        "pot": pot,
        "owed": owed,
        "worst": worst,
        "cover": cover,
        "payouts": payouts,
        "dust": pot + cover - sum(payouts),
    }


def outputs(drawn):
    flat = [share[key] for share in drawn["shares"] for key in ("owed", "paid", "refund", "bounty")]
    flat += [drawn["pot"], drawn["owed"], drawn["worst"], drawn["cover"], *drawn["payouts"], drawn["dust"]]
    return b"".join(number.to_bytes(32, "big") for number in flat)


def text(value):
    """Integers as decimal strings, since JSON readers round them."""
    if isinstance(value, dict):
        return {key: text(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [text(inner) for inner in value]
    return value if isinstance(value, bool) else str(value)


def main():
    cases = [case(index) for index in range(COUNT)]
    assert all(drawn["dust"] >= 0 for drawn in cases)
    lines = ",\n".join(json.dumps(text(drawn), separators=(",", ":")) for drawn in cases)
    (FOLDER / "settlement.json").write_text(f"[\n{lines}\n]\n")
    digests = [hashlib.sha256(outputs(drawn)).hexdigest()[: 2 * DIGEST_BYTES] for drawn in cases]
    rows = "\n".join(f'        hex"{"".join(digests[at : at + PER_LINE])}"' for at in range(0, COUNT, PER_LINE))
    (FOLDER / "SettlementVectors.sol").write_text(
        f"""// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title Digests of exact settlements of the seeded cases
/// @notice Generated by scripts/generate/settlement-vectors.py; 8 bytes a case.
library SettlementVectors {{
    uint256 internal constant COUNT = {COUNT};
    bytes internal constant DIGESTS =
{rows};
}}
"""
    )


if __name__ == "__main__":
    main()
