/** Names of the policies for people. */
import type { PolicyName } from "./policies.ts";

/** Titles by policy. */
export const POLICY_TITLES: Readonly<Record<PolicyName, string>> = {
  plimsoll: "Plimsoll",
  static: "static ρ",
  pctSpot: "% of spot",
  exchange: "exchange",
  ewmaGap: "EWMA gap",
  impliedGap: "implied gap",
};
