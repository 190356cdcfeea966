/** The DAO: bounds in force, proposals with their effect, what was executed. */
import { z } from "zod";
import { PROPOSAL_STATES } from "../../domain/governance.ts";
import { declareRoute } from "./declare-route.ts";
import { HexSchema } from "./hex-schema.ts";

const LaneSchema = z.object({
  stepBps: z.number().int().describe("Greatest move of one report"),
  driftBps: z.number().int().describe("Greatest move in a window"),
  delaySec: z.number().int().describe("Least time between two moves"),
});

const BoundsSchema = z
  .object({
    rhoFloorBps: z.number().int(),
    rhoCeilingBps: z.number().int(),
    rhoDefaultBps: z.number().int(),
    rhoInitialBps: z.number().int(),
    piFloorBps: z.number().int(),
    piCapBps: z.number().int(),
    piDefaultBps: z.number().int(),
    deltaBps: z.number().int().describe("π + δ ≤ ρ"),
    tighten: LaneSchema,
    loosen: LaneSchema,
    windowSec: z.number().int(),
    validitySec: z.number().int(),
    graceMinutes: z.number().int(),
    rampMinutes: z.number().int(),
    fallbackRampMinutes: z.number().int(),
    betaBps: z.number().int().describe("Surcharge of the initial over the maintenance requirement"),
    maxAboveOpenBps: z.number().int().describe("Greatest rise of ρ above that at opening"),
    piStepBps: z.number().int(),
    active: z.boolean(),
  })
  .meta({ id: "Bounds", description: "Bounds of a risk class; basis points, seconds, minutes" });

const CallSchema = z.object({
  target: HexSchema,
  functionName: z.string().nullable().describe("null for a function that the node does not know"),
  calldata: HexSchema,
  classId: z.number().int().nullable().describe("Class whose bounds the call sets"),
  changes: z
    .array(z.object({ field: z.string(), from: z.number(), to: z.number() }))
    .describe("Against the bounds of now, or of just before the execution; lanes as tighten.stepBps"),
});

const MoveSchema = z.object({
  positionId: z.string(),
  owner: HexSchema,
  classId: z.number().int(),
  rhoBeforeBps: z.number(),
  rhoAfterBps: z.number(),
  healthBefore: z.number(),
  healthAfter: z.number(),
});

const EffectSchema = z.object({
  atSec: z.number(),
  positions: z.number().int().describe("Positions of the vault looked at"),
  moved: z.array(MoveSchema).describe("Whose ratio would move at once; others follow with the next report"),
  newlyUnhealthy: z.number().int().describe("Of these, how many would fall below health 1"),
  unpriced: z.number().int().describe("Positions without a valid price: their effect is unknown"),
});

const ProposalSchema = z
  .object({
    id: z.string(),
    proposer: HexSchema,
    description: z.string(),
    state: z.enum(PROPOSAL_STATES),
    createdAtSec: z.number(),
    voteStartSec: z.number(),
    voteEndSec: z.number(),
    executableAtSec: z.number().nullable().describe("End of the timelock; null before it is queued"),
    executedAtSec: z.number().nullable(),
    executedIn: HexSchema.nullable().describe("Transaction of the execution"),
    votes: z.object({ for: z.number(), against: z.number(), abstain: z.number() }).describe("Whole tokens"),
    quorum: z.number().nullable().describe("Votes that must take part, whole tokens; null before the vote begins"),
    calls: z.array(CallSchema),
    effect: EffectSchema.nullable().describe("Were it executed now; null once decided, and where it sets no bounds"),
  })
  .meta({ id: "Proposal" });

const GovernanceSchema = z.object({
  report: z
    .object({
      atSec: z.number(),
      blockNumber: z.string(),
      governor: HexSchema,
      classes: z.array(z.object({ classId: z.number().int(), bounds: BoundsSchema })),
      proposals: z.array(ProposalSchema).describe("The newest first; executed ones with what they changed"),
    })
    .nullable(),
});

/** The DAO. */
export const governanceRoute = declareRoute({
  path: "/v1/governance",
  name: "governance",
  summary: "Bounds in force by class, proposals with state and effect on live positions, executed changes.",
  room: "governance",
  params: {},
  query: {},
  answer: GovernanceSchema,
});
