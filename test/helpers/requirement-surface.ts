/** A surface of four places, for tests of the API and of the page alone. */
import type { RequirementSurface } from "../../oracle/domain/requirements.ts";
import { VIEW_CLASS } from "./changing-trail.ts";
import { VIEW_TIME_SEC } from "./changing-view.ts";

/** The surface, with the given fields replaced. */
export function requirementSurfaceOf(fields: Partial<RequirementSurface> = {}): RequirementSurface {
  const place = { moneyness: 0.9, tenorDays: 7, strike: 27_900, classId: VIEW_CLASS, piBps: 120, gridBps: 2_500 };
  return {
    ...{ asset: "BTC", atSec: VIEW_TIME_SEC, spot: 31_000, isDoubted: false, fallbacks: [] },
    cells: [
      { ...place, kind: "put", notionalUsd: 10_000, rhoBps: 640 },
      { ...place, kind: "put", notionalUsd: 1_000_000, rhoBps: 910 },
      { ...place, kind: "call", notionalUsd: 10_000, rhoBps: 1_800 },
      { ...place, kind: "call", notionalUsd: 1_000_000, rhoBps: 1_950 },
    ],
    ...fields,
  };
}
