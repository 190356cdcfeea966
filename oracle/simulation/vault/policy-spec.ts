/** Policies by name and knob, as they travel between threads. */
import { z } from "zod";
import type { AssetSymbol } from "../../domain/market.ts";
import { exchangePolicy, staticPolicy } from "./fixed-policies.ts";
import type { MarginPolicy } from "./margin-policy.ts";
import { oraclePolicy } from "./oracle-policy.ts";
import type { VaultScorer } from "./vault-scorer.ts";
import type { VaultTerms } from "./vault-terms.ts";

/**
 * One policy by its one knob. `plimsoll` is the product at knob 1; below, what ρ asks beyond the option's value and the classes'
 * own ρ for new and unscored shorts are scaled by it. `quoted` is the product with every short scored before it opens. The knob of `static` is ρ in basis points, that of `exchange` the scale of
 * its formula.
 */
export const policySpecSchema = z.object({
  family: z.enum(["plimsoll", "quoted", "static", "exchange"]),
  knob: z.number().positive(),
});

/** See {@link policySpecSchema}. */
export type PolicySpec = Readonly<z.infer<typeof policySpecSchema>>;

/** What policies of one asset are made from; without a scorer only those that need none. */
export interface PolicyGround {
  readonly asset: AssetSymbol;
  readonly terms: VaultTerms;
  readonly scorer: VaultScorer | null;
}

/** Makes a policy. */
export function makePolicy({ family, knob }: PolicySpec, { asset, terms, scorer }: PolicyGround): MarginPolicy {
  if (family === "static") return staticPolicy(knob, terms);
  if (family === "exchange") return exchangePolicy(knob, terms);
  if (scorer === null) throw new RangeError("The product needs scores, which are made on the first run only.");
  const isQuoted = family === "quoted";
  const own = isQuoted ? scaledTerms(terms, 0) : scaledTerms(terms, knob);
  return oraclePolicy({ name: family, asset, terms: own, scorer, scale: knob, isQuoted });
}

/** ρ for new and for unscored shorts scaled, not below the class's floor. */
function scaledTerms(terms: VaultTerms, scale: number): VaultTerms {
  const scaled = (rhoBps: number, floorBps: number): number => Math.max(floorBps, Math.ceil(rhoBps * scale));
  const classes = [...terms.classes].map(([classId, riskClass]) => {
    const { rhoFloorBps, rhoInitialBps, rhoDefaultBps } = riskClass;
    const own = {
      rhoInitialBps: scaled(rhoInitialBps, rhoFloorBps),
      rhoDefaultBps: scaled(rhoDefaultBps, rhoFloorBps),
    };
    return [classId, { ...riskClass, ...own }] as const;
  });
  return { ...terms, classes: new Map(classes) };
}
