"""Writes test/vectors/contagion/exact.json: clearing vectors, DebtRank and losses of a named default of drawn networks.

Independent of the TypeScript: clearing by numpy's dense solver over growing sets of defaults (Eisenberg and Noe 2001, section 3.1;
Rogers and Veraart 2013) and, without costs, by scipy's linear program; DebtRank by the three states of Battiston et al. 2012.

Run from the project root: python3 scripts/generate/contagion-reference.py
"""

import json
from pathlib import Path

import numpy as np
from scipy.optimize import linprog

SIZES = [2, 5, 12, 30, 64]
COSTS = [(1.0, 1.0), (0.9, 0.95), (0.6, 0.5)]


def clearing(assets, debts, outside, alpha, beta):
    owed = debts.sum(axis=1) + outside
    shares = np.divide(debts, owed[:, None], out=np.zeros_like(debts), where=owed[:, None] > 0)
    failed = np.zeros(len(assets), bool)
    paid = owed.copy()
    while True:
        short = assets + shares.T @ paid < owed * (1 - 1e-13)
        if not (short & ~failed).any():
            return paid, owed, failed
        failed |= short
        places = np.flatnonzero(failed)
        others = np.where(failed, 0.0, owed)
        matrix = np.eye(len(places)) - beta * shares.T[np.ix_(places, places)]
        right = alpha * assets[places] + beta * (shares.T @ others)[places]
        paid = others.copy()
        paid[places] = np.linalg.solve(matrix, right)


def check_by_program(assets, debts, outside, paid):
    owed = debts.sum(axis=1) + outside
    shares = np.divide(debts, owed[:, None], out=np.zeros_like(debts), where=owed[:, None] > 0)
    found = linprog(-np.ones(len(owed)), A_ub=np.eye(len(owed)) - shares.T, b_ub=assets, bounds=list(zip(0 * owed, owed)))
    assert np.allclose(found.x, paid, rtol=1e-6, atol=1e-6)


def debt_rank(impacts, values, start):
    hurt, state = start.copy(), np.where(start > 0, "D", "U")
    while (state == "D").any():
        new = np.minimum(1, hurt + impacts.T @ np.where(state == "D", hurt, 0.0))
        state = np.where(state == "D", "I", np.where((new > 0) & (state != "I"), "D", state))
        hurt = new
    return hurt, float(values @ (hurt - start) / values.sum())


def case(rng, size, costs):
    links = rng.random((size, size)) < min(1, 4 / size)
    debts = np.where(links, np.round(rng.lognormal(0, 1, (size, size)), 3), 0.0)
    np.fill_diagonal(debts, 0)
    outside = np.round(rng.lognormal(0, 0.5, size), 3)
    owed = debts.sum(axis=1) + outside
    assets = np.round(np.maximum(0, owed - debts.sum(axis=0)) * rng.uniform(0.7, 1.3, size), 3)
    paid, owed, failed = clearing(assets, debts, outside, *costs)
    if costs == (1.0, 1.0):
        check_by_program(assets, debts, outside, paid)
    equity = np.maximum(0, assets + debts.sum(axis=0) - owed)
    values = np.round(rng.lognormal(0, 1, size), 3)
    impacts = np.round(np.minimum(1, np.where(debts > 0, 0.4 * debts * rng.random((size, size)), 0.0)), 3)
    start = np.zeros(size)
    start[0], start[-1] = 1.0, 0.25
    hurt, rank = debt_rank(impacts, values, start)
    silent, silent_outside = debts.copy(), outside.copy()
    silent[0], silent_outside[0] = 0, 0
    after, owed_after, _ = clearing(assets, silent, silent_outside, *costs)
    share = lambda part, whole: np.divide(part, whole, out=np.zeros(size), where=whole > 0)[:, None]
    lost = np.maximum(0, share(paid, owed) * debts - share(after, owed_after) * silent)
    return {
        "externalShare": costs[0],
        "networkShare": costs[1],
        "externalAssets": assets.tolist(),
        "externalLiabilities": outside.tolist(),
        "liabilities": debts.ravel().tolist(),
        "payments": paid.tolist(),
        "inDefault": failed.tolist(),
        "equity": equity.tolist(),
        "impacts": impacts.ravel().tolist(),
        "values": values.tolist(),
        "initial": start.tolist(),
        "distress": hurt.tolist(),
        "rank": rank,
        "lossOfFirst": float(lost.sum()),
        "lossByNode": lost.sum(axis=0).tolist(),
    }


def rounded(value):
    if isinstance(value, dict):
        return {name: rounded(entry) for name, entry in value.items()}
    if isinstance(value, list):
        return [rounded(entry) for entry in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, (bool, int)) else float(value)


def main():
    rng = np.random.default_rng(20261130)
    cases = [case(rng, size, costs) for size in SIZES for costs in COSTS]
    path = Path("test/vectors/contagion/exact.json")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"cases": [rounded(entry) for entry in cases]}) + "\n")
    print(f"{len(cases)} cases, defaults: {[sum(entry['inDefault']) for entry in cases]}")


if __name__ == "__main__":
    main()
