/** Chain, contracts, signers and bounds: what is answered. */
import { z } from "zod";
import { declareRoute } from "./declare-route.ts";
import { HexSchema } from "./hex-schema.ts";

const BpsSchema = z.number().int();

/** Chain, contracts and signers; `null` before they are there. */
export const NetworkSchema = z.object({
  network: z
    .object({
      chainId: z.number().int(),
      threshold: z.number().int().describe("Signatures of a report"),
      operators: z.array(HexSchema).describe("In signer order"),
      contracts: z.object({ oracle: HexSchema, vault: HexSchema, governor: HexSchema.nullable() }),
    })
    .nullable(),
});

/** Where the system lives. */
export const networkRoute = declareRoute({
  path: "/v1/network",
  name: "network",
  summary: "Chain, contracts and signers; null before the contracts are there.",
  room: "health",
  params: {},
  query: {},
  answer: NetworkSchema,
});

const LaneSchema = z.object({ stepBps: BpsSchema, driftBps: BpsSchema, delaySec: z.number() });

const BoundsSchema = z.object({
  rhoFloorBps: BpsSchema,
  rhoCeilingBps: BpsSchema,
  rhoDefaultBps: BpsSchema,
  rhoInitialBps: BpsSchema,
  piFloorBps: BpsSchema,
  piCapBps: BpsSchema,
  piDefaultBps: BpsSchema,
  deltaBps: BpsSchema.describe("δ of π + δ ≤ ρ"),
  tighten: LaneSchema,
  loosen: LaneSchema,
  windowSec: z.number(),
  validitySec: z.number(),
  graceMinutes: z.number(),
  rampMinutes: z.number(),
  fallbackRampMinutes: z.number(),
  betaBps: BpsSchema,
  maxAboveOpenBps: BpsSchema,
  piStepBps: BpsSchema,
  active: z.boolean(),
});

/** Bounds of all risk classes; `null` before the first round. */
export const ClassesSchema = z.object({
  book: z
    .object({
      readAtSec: z.number().describe("Time of the block they were read at, seconds"),
      classes: z.array(z.object({ classId: z.number().int(), bounds: BoundsSchema })),
    })
    .nullable(),
});

/** Bounds. */
export const classesRoute = declareRoute({
  path: "/v1/classes",
  name: "classes",
  summary: "Bounds of every risk class as the chain has them; null before the first round.",
  room: "risk",
  params: {},
  query: {},
  answer: ClassesSchema,
});
