/** The card of the hedger: what people must know before they rely on it. */
import type { HedgerManifest } from "../../models/hedger/hedger-manifest.ts";

const MS_PER_SECOND = 1_000;
const PERCENT = 100;
const BPS = 10_000;
const DAY_TEXT = "2026-01-01".length;

/** Markdown text of the card; every number comes from the manifest. */
export function hedgerCard(manifest: HedgerManifest, { trainedAtSec }: { readonly trainedAtSec: number }): string {
  const day = (seconds: number): string => new Date(seconds * MS_PER_SECOND).toISOString().slice(0, DAY_TEXT);
  const { training, metrics, sha256, knowledge, reading } = manifest;
  const known = [knowledge.forecast ? "forecast" : "no forecast", knowledge.surface ? "surface" : "no surface"];
  return [
    "# hedger: no-transaction band of a short option under costs",
    "",
    "Coins to hold against one short call (a put: one coin less), as a band: inside it nothing is traded, outside of it to its nearer edge.",
    "",
    "- **For**: advice to writers, liquidity providers and a fund. **Not for**: scores; no part of the model bundle.",
    "- **Baselines**: Black-Scholes delta, delta ± 0.05, Whalley and Wilmott with λ = 10.",
    "- **Fallback**: Whalley and Wilmott with λ = 1 000, for every row outside of the ranges in the manifest, flagged.",
    `- **Inputs**: option, position, costs; ${known.join(", ")}.`,
    `- **Reading**: of the log move of implied volatility since the start ${reading.surfaceTrust} is believed; both edges are ${reading.shrinkage} theory (Whalley and Wilmott with λ = 1 000), the rest network. The file is the network alone.`,
    `- **Model file** ${sha256}`,
    "",
    "## Training",
    "",
    `- ${day(trainedAtSec)}, seed ${training.seed}; bars up to ${day(training.untilSec)} (${training.files.map(({ name }) => name).join(", ")})`,
    `- Worlds: ${training.worlds.join(", ")}; ${training.updates} updates of ${training.pathsPerGroup} new paths a world and cost, ${training.steps} daily decisions`,
    "- Costs (share, gas over spot, largest trade in coins): " +
      training.terms.map(({ cost, gas, limit }) => `${cost}, ${gas}, ${limit}`).join("; "),
    `- Layers ${training.hidden.join(" × ")}, ReLU; gradient through the trades; CVaR 95 % (Rockafellar and Uryasev) plus 0.1 of the mean loss`,
    `- Export differs from a plain float64 pass by ${metrics.exportParity.toExponential(1)} coins at most`,
    "",
    "## Mean loss of the worst twentieth, drawn paths of other seeds",
    "",
    "At the money, 60 % over 30 days, spot as unit. `read`: the network as it is read; `rules`: best of the three baselines; `tuned`: best width or aversion in hindsight.",
    "",
    "| world | cost, bp | read | rules | tuned | gain on rules |",
    "|---|---:|---:|---:|---:|---:|",
    ...metrics.cells.map(
      ({ world, cost, network, rules, tuned, gain }) =>
        `| ${world} | ${BPS * cost} | ${[network, rules, tuned].map((value) => value.toFixed(5)).join(" | ")} | ${(PERCENT * gain).toFixed(1)} % |`,
    ),
    "",
    "## Known limits",
    "",
    "- It was trained for one risk measure: its mean result and its milder tails may be worse than the delta's.",
    "- Decisions of training are a day apart; more frequent ones are outside of what it has seen.",
    "- Gas has no gradient at zero: training smooths it over 0.02 coins.",
    "- It expires when the market's law changes; nothing checks that but the evaluation.",
    "",
  ].join("\n");
}
