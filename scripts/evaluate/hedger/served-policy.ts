/** The service as a policy: what a caller gets, the network inside of its ranges and the rule of theory outside. */
import { decisionRequests } from "../../../oracle/models/hedger/decision-requests.ts";
import type { HedgePolicy } from "../../../oracle/models/hedger/hedge-results.ts";
import type { Hedger } from "../../../oracle/models/hedger/hedger.ts";

/** A policy that counts. */
export interface ServedPolicy {
  readonly policy: HedgePolicy;
  /** Share of the decisions so far that the rule made, 0…1; NaN before the first. */
  fallbackShare(): number;
}

/** Follows the service on paths. */
export function servedPolicy(hedger: Pick<Hedger, "bands">): ServedPolicy {
  let [asked, fell] = [0, 0];
  return {
    policy: async (decision) => {
      const bands = await hedger.bands(decisionRequests(decision));
      asked += bands.length;
      fell += bands.filter(({ fallback }) => fallback !== null).length;
      return { lower: bands.map(({ lower }) => lower), upper: bands.map(({ upper }) => upper) };
    },
    fallbackShare: () => fell / asked,
  };
}
