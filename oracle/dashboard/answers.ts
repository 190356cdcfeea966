/** What the page asks of the API: every answer is checked against the API's own schemas before anything is shown. */
import "./zod-without-eval.ts";
import { z } from "zod";
import { DeliverySchema } from "../api/contract/delivery.ts";
import { PositionListSchema } from "../api/contract/positions.ts";
import { ReportSchema } from "../api/contract/reports.ts";
import { JointRiskSchema } from "../api/contract/risk.ts";

/** Positions with the market time they were read at. */
export type PositionList = z.infer<typeof PositionListSchema>;
/** One position of the list. */
export type Position = PositionList["positions"][number];
/** One report. */
export type Report = z.infer<typeof ReportSchema>;

/** Breaker and held reports. */
export type Delivery = z.infer<typeof DeliverySchema>;

/** Positions judged together. */
export type JointRiskReport = NonNullable<z.infer<typeof JointRiskSchema>["report"]>;

/** Everything the page shows. */
export interface Answers {
  readonly list: PositionList;
  readonly reports: readonly Report[];
  readonly delivery: Delivery;
  /** `null` before the first round. */
  readonly risk: JointRiskReport | null;
}

const TIMEOUT_MS = 5_000;
const ReportList = z.array(ReportSchema);

/** Reads positions, the last reports and how delivery stands; throws an Error that says in words what is wrong. */
export async function fetchAnswers(): Promise<Answers> {
  const [list, reports, delivery, { report: risk }] = await Promise.all([
    getJson("/v1/positions", PositionListSchema),
    getJson("/v1/reports?limit=12", ReportList),
    getJson("/v1/delivery", DeliverySchema),
    getJson("/v1/risk", JointRiskSchema),
  ]);
  return { list, reports, delivery, risk };
}

async function getJson<Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.infer<Schema>> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const response = await fetch(path, { signal, cache: "no-store" }).catch((cause: unknown) => {
    throw new Error(signal.aborted ? `no answer within ${TIMEOUT_MS / 1_000} s` : "the node does not answer", {
      cause,
    });
  });
  if (!response.ok) throw new Error(`the node answered ${response.status} to ${path}`);
  const parsed = schema.safeParse(await response.json());
  if (!parsed.success) throw new Error(`the node's answer to ${path} has an unknown form`, { cause: parsed.error });
  return parsed.data;
}
