/** The history that the node makes for itself, and its replay under other bounds: what is asked and what is answered. */
import { z } from "zod";
import { BOUNDS_FIELDS } from "../../domain/bounds-fields.ts";
import { declareRoute } from "./declare-route.ts";

const SpanShape = {
  label: z.string().describe("What the history was made from: a simulation, never a market that was"),
  fromSec: z.number(),
  toSec: z.number(),
};

/** How far the history is; `null` where the node makes none, or is starting. */
export const HistorySchema = z.object({
  history: z
    .object({
      ...SpanShape,
      state: z.enum(["running", "done", "failed"]),
      weeks: z.number().int(),
      weeksDone: z.number().int(),
      etaSec: z.number().nullable().describe("What the rest will take on this machine; null before it has made a week"),
      fault: z.string().nullable().describe("Why it failed"),
    })
    .nullable(),
});

/** The history. */
export const historyRoute = declareRoute({
  path: "/v1/history",
  name: "history",
  summary: "How far the node is with the ninety simulated days that replays are made of.",
  room: "governance",
  params: {},
  query: {},
  answer: HistorySchema,
});

const RhoSchema = z.number().nullable().describe("Basis points; null without a short");
const FateShape = {
  meanRhoBps: RhoSchema,
  greatestRhoBps: RhoSchema,
  clamped: z.number().int(),
  lockedUsd: z.number(),
};
const OutcomeSchema = z
  .object({
    ...FateShape,
    clamped: z.number().int().describe("Reports in which what was asked for was not what the rules accepted"),
    lockedUsd: z.number().describe("Mean collateral over the hours"),
    tightened: z.number().int(),
    loosened: z.number().int(),
    flagged: z.number().int().describe("Shorts"),
    liquidated: z.number().int().describe("Shorts, in part or whole"),
    shortfallUsd: z.number().describe("What settlements left unpaid in the whole market of the asset"),
    chargeUsd: z.number().describe("What liquidations cost writers beyond fair value in the whole market of the asset"),
  })
  .meta({ id: "ReplayOutcome" });
const FateSchema = z.object({ ...FateShape, isFlagged: z.boolean(), isLiquidated: z.boolean() });

/** The past under both bounds. */
export const HistoryReplaySchema = z.object({
  replay: z
    .object({
      ...SpanShape,
      classId: z.number().int(),
      asset: z.string(),
      present: OutcomeSchema,
      proposed: OutcomeSchema,
      points: z
        .array(
          z.object({
            atSec: z.number(),
            spot: z.number().describe("USD"),
            askedRhoBps: RhoSchema.describe("Mean of what the scoring asked for, before any rule"),
            presentRhoBps: RhoSchema,
            proposedRhoBps: RhoSchema,
            presentLockedUsd: z.number(),
            proposedLockedUsd: z.number(),
          }),
        )
        .describe("Every six hours"),
      shorts: z.array(
        z.object({
          index: z.number().int(),
          kind: z.enum(["call", "put"]),
          strike: z.number(),
          openSec: z.number(),
          expirySec: z.number(),
          size: z.number(),
          present: FateSchema,
          proposed: FateSchema,
        }),
      ),
    })
    .nullable()
    .describe("null while it is being worked out: ask again"),
});

const GREATEST_CLASS = 65_535;
/** Largest value of any field: seconds of 31 years. */
const GREATEST_VALUE = 999_999_999;
const BoundSchema = z.coerce.number().int().min(0).max(GREATEST_VALUE).optional();

/** Replays the history. */
export const replayRoute = declareRoute({
  path: "/v1/history/replay",
  name: "replay",
  summary: "What would have differed in the simulated ninety days under other bounds of one class.",
  room: "governance",
  params: {},
  query: {
    ...Object.fromEntries(
      BOUNDS_FIELDS.map(({ key, name, unit }) => [key, BoundSchema.describe(`${name}, ${unit}; as it is without`)]),
    ),
    classId: z.coerce.number().int().min(0).max(GREATEST_CLASS).describe("Risk class"),
  },
  answer: HistoryReplaySchema,
  errors: { REPLAY_CLASS_UNKNOWN: 404, REPLAY_BOUNDS_INVALID: 400, HISTORY_EMPTY: 503, REPLAY_BUSY: 503 },
});
