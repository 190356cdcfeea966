/** Policies by name and knob, as they travel between threads. */
import { z } from "zod";
import type { AssetSymbol } from "../../../oracle/domain/market.ts";
import { exchangePolicy, staticPolicy } from "../../../oracle/simulation/vault/fixed-policies.ts";
import type { MarginPolicy } from "../../../oracle/simulation/vault/margin-policy.ts";
import { oraclePolicy } from "../../../oracle/simulation/vault/oracle-policy.ts";
import type { VaultScorer } from "../../../oracle/simulation/vault/vault-scorer.ts";
import type { VaultTerms } from "../../../oracle/simulation/vault/vault-terms.ts";

/**
 * One policy. `plimsoll` is the product under the classes of the configuration; `signed` the same with the classes' own initial
 * ρ at their floors, so that opening asks for the signed class quantile alone; the knob of both scales what ρ asks beyond the
 * option's value. The knob of `static` is ρ in basis points, that of `exchange` the scale of its formula.
 */
export const policySpecSchema = z.object({
  family: z.enum(["plimsoll", "signed", "static", "exchange"]),
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
  const own = family === "signed" ? signedTerms(terms) : terms;
  return oraclePolicy({ name: family, asset, terms: own, scorer, scale: knob });
}

function signedTerms(terms: VaultTerms): VaultTerms {
  const classes = [...terms.classes].map(
    ([classId, riskClass]) => [classId, { ...riskClass, rhoInitialBps: riskClass.rhoFloorBps }] as const,
  );
  return { ...terms, classes: new Map(classes) };
}
