/** The world right after the deployment. */
import { ACTORS, FIRST_SETTINGS, FIRST_VALVES, MARKETS, NO_CAPS, POOR_PARTS, QUOTE, START_SEC } from "./ground.ts";
import { pair, type Setup, type Side, type World } from "./world.ts";

/** State of a system that nobody has used yet. */
export function firstWorld(setup: Setup): World {
  return {
    setup,
    positionCount: 0,
    settings: FIRST_SETTINGS,
    pauses: { riskUntil: 0, liquidationUntil: 0, cautionUntil: 0, lastAt: 0, previousAt: 0 },
    reportEpoch: 0n,
    reportObservedAt: 0,
    balances: firstBalances(setup),
    longs: new Map(),
    claims: new Map(),
    positions: new Map(),
    series: new Map(),
    offers: new Map(),
    operators: new Map(),
    sides: firstSides(setup),
    valves: new Map(
      MARKETS.map((_, index) => [index + 1, { terms: FIRST_VALVES, index: 0, flaggedE8: 0n, liquidatedE8: 0n }]),
    ),
    fundTerms: new Map(),
    words: new Map(),
    quantiles: new Map(),
    scoreTimes: new Map(),
    rounds: new Map(MARKETS.map(({ spotE8 }, index) => [index + 1, [{ answer: spotE8, updatedAt: START_SEC }]])),
    settled: new Map(),
    funds: new Map(),
    covers: new Map(),
    shares: new Map(),
    tickets: new Map(),
  };
}

function firstBalances({ tokens, actors }: Setup): Map<string, bigint> {
  const supplies = [QUOTE.supply, ...MARKETS.map(({ supply }) => supply)];
  const entries = tokens.flatMap((token, index) =>
    actors.map((actor, at): [string, bigint] => {
      const supply = supplies[index] ?? 0n;
      return [pair(token, actor), at === ACTORS - 1 ? supply / POOR_PARTS : supply];
    }),
  );
  return new Map(entries);
}

function firstSides({ markets }: Setup): Map<string, Side> {
  const sides = markets.flatMap(({ base, quote }, index): [string, Side][] => {
    const [minBase, minQuote] = MARKETS[index]?.least ?? [0n, 0n];
    const terms = { live: true, caps: NO_CAPS };
    return [
      [pair(index + 1, "false"), { ...base, ...terms, minCollateral: minBase }],
      [pair(index + 1, "true"), { ...quote, ...terms, minCollateral: minQuote }],
    ];
  });
  return new Map(sides);
}
