/** Draws the positions of one asset at one time and judges them: the same positions and shocks for everything that is judged side by side. */
import type { AssetSymbol } from "../../../oracle/domain/market.ts";
import type { OptionKind, Position } from "../../../oracle/domain/positions.ts";
import { createRng } from "../../../oracle/math/rng.ts";
import { drawPositions } from "./drawn-positions.ts";
import { type JudgedAsset, judgePositions, type OpenJudgement } from "./judge-position.ts";

/** Stream of the drawn positions and shocks. */
const DRAW_SEED = "evaluate-score-1";

/** Drawn positions with what is stated of each, in the same order. */
export interface DrawnJudgements {
  readonly positions: readonly Position[];
  readonly judged: readonly OpenJudgement[];
}

/** Draws and judges. @param kinds that are judged; the others are drawn all the same, so that they change no later one. */
export function judgeDrawn(
  asset: AssetSymbol,
  given: Omit<JudgedAsset, "volShock">,
  kinds: readonly OptionKind[] = ["put", "call"],
): DrawnJudgements {
  const { atSec, product } = given;
  const rng = createRng(DRAW_SEED);
  const drawn = drawPositions({ asset, spot: product.market.spot, atSec, rng });
  const positions = drawn.filter(({ kind }) => kinds.includes(kind));
  const volShock = rng.fork(`shock:${asset}:${atSec}`).normal();
  return { positions, judged: judgePositions(positions, { ...given, volShock }) };
}
