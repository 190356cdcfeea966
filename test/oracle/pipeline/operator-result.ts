/** One operator's account of a round in which nothing happened. */
import type { OperatorRoundResult } from "../../../oracle/pipeline/operator/operator-settings.ts";

/** The account with the given fields replaced. */
export function operatorResult(fields: Partial<OperatorRoundResult>): OperatorRoundResult {
  return {
    epoch: 1n,
    quorum: null,
    reason: null,
    breaker: { ok: true, value: { mode: "NORMAL", reason: "NONE", sinceSec: 0 } },
    withheld: null,
    looseningsLeftOut: 0,
    observed: true,
    observationDigest: null,
    isExplainable: false,
    scores: [],
    greeks: { atSec: 0, positions: [], groups: [] },
    contagion: { atSec: 0, correlationDays: 30, nodes: [] },
    jointRisk: { atSec: 0, horizonSec: 21_600, paths: 500, groups: [] },
    drift: [],
    cascades: [],
    feeds: [],
    caution: [],
    lending: { accounts: 0, events: [], rejected: [] },
    surfaces: [],
    sourceCount: 1,
    rejected: [],
    ingestion: { accepted: 0, rejected: {} },
    durationMs: 5,
    counts: {},
    ...fields,
  };
}
