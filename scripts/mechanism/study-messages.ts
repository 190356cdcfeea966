/** What the threads of a mechanism study say to each other. */
import { z } from "zod";
import { WORLD_KINDS } from "../../oracle/simulation/mechanism/generated-path.ts";

const amount = z.number();

const parametersSchema = z.object({
  classScale: amount,
  floorScale: amount,
  penaltyScale: amount,
  penaltyFloorBps: amount,
  deltaBps: amount,
  betaBps: amount,
  graceMinutes: amount,
  rampMinutes: amount,
  orderlyMinutes: amount,
  lateMinutes: amount,
  targetHealthBps: amount,
  flagBountyBps: amount,
  fundFeeBps: amount,
  maxAboveOpenBps: amount,
});

/** A candidate: parameters of the product, or a lender's static settings times a knob. */
export const candidateSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("parameters"), parameters: parametersSchema }),
  z.object({ kind: z.literal("lender"), scale: z.number().positive() }),
]);

/** See {@link candidateSchema}. */
export type Candidate = Readonly<z.infer<typeof candidateSchema>>;

const worldSpecSchema = z.object({
  kind: z.enum(WORLD_KINDS),
  asset: z.string(),
  days: z.number().int().positive(),
  perDay: z.number().int().positive(),
  seed: z.string(),
  modelError: z.number().positive(),
  /** Bar at which a replay begins. */
  replayFrom: z.number().int().nonnegative().optional(),
  /** Factor on every log move of a replay. */
  magnified: z.number().positive().optional(),
  /** First and last bar, exclusive, that blocks are drawn from. */
  barsFrom: z.number().int().nonnegative().optional(),
  barsTo: z.number().int().positive().optional(),
});

/** One world by what makes it. */
export type WorldSpec = Readonly<z.infer<typeof worldSpecSchema>>;

/** Departures from the usual agents, as factors. */
const agentsSchema = z.object({
  /** Of keepers' gas and least gain. */
  keeperCost: z.number().positive(),
  /** Of writers' temperature. */
  temperature: z.number().positive(),
});

/** See {@link agentsSchema}. */
export type AgentSpec = Readonly<z.infer<typeof agentsSchema>>;

/** To a thread: run candidates over worlds. */
export const studyTaskSchema = z.object({
  config: z.string(),
  data: z.array(z.string()),
  worlds: z.array(worldSpecSchema),
  candidates: z.array(candidateSchema),
  agents: agentsSchema,
});

/** See {@link studyTaskSchema}. */
export type StudyTask = Readonly<z.infer<typeof studyTaskSchema>>;

const outcomeSchema = z.object({
  collateralHours: amount,
  notionalHours: amount,
  requiredHours: amount,
  offeredHours: amount,
  badDebt: amount,
  uncovered: amount,
  charge: amount,
  opened: amount,
  liquidations: amount,
  wrongful: amount,
  fundLeft: amount,
  attack: z.object({ feed: amount, timing: amount, reopening: amount }),
  vaultDays: amount,
});

/** From a thread: outcomes by world and candidate, or why there are none. */
export const studyAnswerSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("outcomes"), outcomes: z.array(z.array(outcomeSchema)) }),
  z.object({ kind: z.literal("failure"), code: z.string(), text: z.string() }),
]);

/** See {@link studyAnswerSchema}. */
export type StudyAnswer = Readonly<z.infer<typeof studyAnswerSchema>>;
