"""Writes test/vectors/math/shapley.json: Shapley values of games that are drawn here.

Independent of the TypeScript: the values are averages of marginal contributions over all orders of the players, not the
weighted sum over coalitions. One game is the classical glove market, whose values are known in closed form.

Run from the project root: python3 scripts/generate/shapley-reference.py
"""

import itertools
import json
from pathlib import Path

import numpy as np

SEED = 20_261_201


def by_orders(players, worth):
    values, orders = np.zeros(players), list(itertools.permutations(range(players)))
    for order in orders:
        coalition = 0
        for player in order:
            joined = coalition | (1 << player)
            values[player] += worth[joined] - worth[coalition]
            coalition = joined
    return (values / len(orders)).tolist()


def glove_market():
    """Players 0 and 1 hold a left glove, player 2 a right one; a pair is worth 1: values 1/6, 1/6, 2/3."""
    return [min(bin(mask & 0b011).count("1"), mask >> 2) for mask in range(8)]


random = np.random.default_rng(SEED)
games = [{"players": 3, "worth": glove_market()}]
for players in (0, 1, 2, 5, 7):
    games.append({"players": players, "worth": random.normal(100, 30, 2**players).round(6).tolist()})
for game in games:
    game["values"] = by_orders(game["players"], game["worth"])
Path("test/vectors/math/shapley.json").write_text(json.dumps(games) + "\n")
