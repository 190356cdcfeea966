/** What a basis point of ρ costs an attacker, before and after the defence of feeds: prices of the newest hour bent, on the simulator's market. */
import { mean, quantile } from "../../../oracle/math/statistics.ts";
import { predictAssets } from "../../../oracle/pipeline/operator/predict.ts";
import { attackRho, requirementsOf, type Scene } from "../../evaluate/adversarial/attacked-rho.ts";
import { costOf, PRICED_BUDGETS } from "../../evaluate/adversarial/budgets.ts";
import { openScoreModels, positionsAt } from "../../evaluate/adversarial/scenes.ts";
import { marketAtStart } from "../bench-ground.ts";
import { type BenchResult, judge, rounded } from "../result.ts";

const ASSET = "BTC";
/** The hour's budgets: a day takes minutes and says the same. */
const MINUTES = 60;
const TAIL = 0.99;
/** research/ml-models.md §5, row 11: an attack lowers the required collateral by at most this on 99 % of positions. */
const LIMIT = 0.05;

/** Judged is the defended node, one bad source of five; a node with that source alone stands beside it. */
export async function benchRhoCost(): Promise<BenchResult> {
  const models = await openScoreModels();
  try {
    const snapshot = await marketAtStart();
    const market = snapshot.assets.get(ASSET);
    if (market === undefined || market.book === null) throw new RangeError(`the simulator shows no book of ${ASSET}`);
    const positions = positionsAt({ asset: ASSET, spot: market.spot, atSec: snapshot.atSec });
    const scene: Scene = { asset: ASSET, snapshot, positions, deps: models.deps };
    const honest = requirementsOf(scene, snapshot, await predictAssets(snapshot, models.deps));
    const found: Record<string, { readonly lost: number; readonly usdPerBps: number }> = {};
    for (const budget of PRICED_BUDGETS.filter(({ hold }) => hold.minutes === MINUTES)) {
      const loss = await attackRho(scene, honest, budget.bend);
      const usdPerBps = costOf(budget, market.book.bids) / mean(loss.rhoBps);
      found[budget.name] = { lost: quantile(loss.collateral, TAIL), usdPerBps };
    }
    const [before, after] = [found["alone-1h"], found["one-of-five-1h"]];
    return judge(
      after?.lost ?? Number.NaN,
      { limit: LIMIT, unit: "share of the collateral at 99 %", passes: "at-most" },
      {
        positions: positions.length,
        lostBefore: rounded(before?.lost ?? Number.NaN),
        usdPerBpsBefore: Math.round(before?.usdPerBps ?? Number.NaN),
        usdPerBpsAfter: Math.round(after?.usdPerBps ?? Number.NaN),
      },
    );
  } finally {
    await models.close();
  }
}
