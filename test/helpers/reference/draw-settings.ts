/** Random calls of guardian and DAO that are meant to succeed. */
import { zeroAddress } from "viem";
import { above, chance, type Draw, openPositions, partOf, pick, type Wish } from "./draw.ts";
import { FIRST_SETTINGS, FIRST_VALVES, MARKETS, NO_CAPS } from "./ground.ts";
import { seriesOf } from "./markets.ts";

const E8 = 10n ** 8n;
const MAX_PAUSE_SEC = 1_500;

function byAdmin({ world }: Draw, action: Wish["action"]): Wish {
  return { by: world.setup.admin, action };
}

function someMarket({ rng }: Draw): number {
  return 1 + rng.integer(MARKETS.length);
}

/** A pause of new risk, of liquidations, or caution. */
export function drawPause(draw: Draw): Wish {
  const durationSec = 1 + draw.rng.integer(MAX_PAUSE_SEC);
  const kind =
    pick(draw, ["pauseNewRisk", "pauseLiquidations", "beginCaution", "beginCaution"] as const) ?? "beginCaution";
  return byAdmin(draw, { kind, durationSec: kind === "beginCaution" ? 4 * durationSec : durationSec });
}

/** The end of all pauses. */
export function drawLiftPauses(draw: Draw): Wish {
  return byAdmin(draw, { kind: "liftPauses" });
}

/** Mostly the market as it was; sometimes closed to new risk. */
export function drawUpdateMarket(draw: Draw): Wish {
  const marketId = someMarket(draw);
  const least = MARKETS[marketId - 1]?.least ?? [1n, 1n];
  const position = pick(draw, openPositions(draw))?.[1];
  const series = position === undefined ? null : seriesOf(position.seriesId);
  // Near what somebody has, so that parts of his position are too small.
  const near = partOf(draw, position?.collateral ?? 1n) + 1n;
  const raised = least.map((amount, side) =>
    series?.marketId === marketId && series.isPut === (side === 1) ? near : amount,
  );
  return byAdmin(draw, {
    kind: "updateMarket",
    marketId,
    live: chance(draw, 0.8),
    least: chance(draw, 0.4) ? least : raised,
  });
}

/** Wide caps, or some that bite. */
export function drawCaps(draw: Draw): Wish {
  const marketId = someMarket(draw);
  const tight = {
    maxOpenInterestE8: 60n * E8,
    maxCollateral: 10n ** 20n,
    maxSizeE8: 40n * E8,
    maxPositions: 2 + draw.rng.integer(4),
  };
  return byAdmin(draw, {
    kind: "setCaps",
    marketId,
    isPut: chance(draw, 0.5),
    caps: chance(draw, 0.5) ? NO_CAPS : tight,
  });
}

/** Wide valves, or some that bite. */
export function drawValves(draw: Draw): Wish {
  const marketId = someMarket(draw);
  const spotE8 = MARKETS[marketId - 1]?.spotE8 ?? 1n;
  const size = pick(draw, openPositions(draw))?.[1].sizeE8 ?? E8;
  const notionalE8 = (size * spotE8) / E8 + 1n;
  const tight = {
    effectBudgetE8: above(draw, notionalE8 / 2n, 4),
    cautionLimitE8: above(draw, notionalE8 / 4n, 4),
    windowSec: 600 + draw.rng.integer(7_200),
  };
  return byAdmin(draw, { kind: "setValves", marketId, terms: chance(draw, 0.3) ? FIRST_VALVES : tight });
}

/** A fund with a fee and a bounty for its token, or none. */
export function drawFund(draw: Draw): Wish | null {
  const found = pick(draw, draw.world.setup.funds);
  if (found === undefined) return null;
  const settleBounty = BigInt(draw.rng.integer(1_000_000));
  if (chance(draw, 0.1)) {
    return byAdmin(draw, {
      kind: "setFund",
      token: found.token,
      terms: { fund: zeroAddress, feeBps: 0, settleBounty },
    });
  }
  const terms = { fund: found.fund, feeBps: draw.rng.integer(2_001), settleBounty };
  return byAdmin(draw, { kind: "setFund", token: found.token, terms });
}

/** Other times and targets. */
export function drawLiquidation(draw: Draw): Wish {
  const { rng } = draw;
  const orderlySec = 600 + rng.integer(3_000);
  const settings = {
    ...FIRST_SETTINGS,
    orderlySec,
    coolOffSec: rng.integer(orderlySec + 1),
    lateSec: 60 + rng.integer(7_200),
    targetHealthBps: 10_001 + rng.integer(9_999),
    flagBountyBps: rng.integer(101),
  };
  return byAdmin(draw, { kind: "setLiquidation", settings });
}
