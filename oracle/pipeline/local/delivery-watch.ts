/** Looks again and again how delivery stands on the chain: the breaker, and the reports that it holds. */
import type { Logger } from "pino";
import type { HeldReport, HeldReportLog } from "../../chain/held-reports.ts";
import type { OracleReader } from "../../chain/oracle-reader.ts";
import { breakerRow, type DeliveryRow, type HeldReportRow } from "../../domain/delivery.ts";
import type { Hex } from "../../domain/units.ts";
import { createKeyQueue } from "../../submission/key-queue.ts";

/** What a watch works with. */
export interface DeliveryWatchOptions {
  readonly reader: Pick<OracleReader, "anchor" | "breaker">;
  readonly held: HeldReportLog;
  /** Number of entries of a report, or `null` for one that this node does not keep. */
  readonly entriesOf: (digest: Hex) => Promise<number | null>;
  /** Told what every look has found. */
  readonly show: (delivery: DeliveryRow) => void;
  readonly logger: Pick<Logger, "warn">;
}

/** A watch; it looks only when it is asked to. */
export interface DeliveryWatch {
  /** Looks at the newest block. What cannot be read becomes unknown, and is logged when it begins to be so. */
  look(): Promise<void>;
  /** Changes that were seen since it was last asked, for people. */
  takeChanges(): readonly string[];
}

/** Held reports that are shown; the log of the chain has all of them. */
const SHOWN_REPORTS = 500;

/** Creates a watch. Looks that are asked for at the same time run one after the other. */
export function createDeliveryWatch(options: DeliveryWatchOptions): DeliveryWatch {
  const order = createKeyQueue();
  const tell = createTeller(options.logger);
  const changes: string[] = [];
  let known: Pick<DeliveryRow, "heldReports" | "heldReadAtSec"> = { heldReports: [], heldReadAtSec: null };
  let mode = "NORMAL";
  const look = async (): Promise<void> => {
    const head = await tell("head", () => options.reader.anchor());
    const status = head === null ? null : await tell("breaker", () => options.reader.breaker(head));
    const held = head === null ? null : await tell("held reports", async () => await readHeld(options, head));
    if (held !== null && head !== null) known = { heldReports: held, heldReadAtSec: head.timestampSec };
    const breaker = breakerRow(status, head?.timestampSec ?? null);
    options.show({ breaker, ...known });
    if (breaker.mode === mode) return;
    mode = breaker.mode;
    changes.push(`breaker ${mode}${breaker.cause === null ? "" : `: ${breaker.cause}`}`);
  };
  return { look: async () => await order.run(look), takeChanges: () => changes.splice(0) };
}

/** Asks, and says once that there is no answer. A failed look must stop neither the rounds nor the other looks. */
function createTeller(logger: Pick<Logger, "warn">) {
  const failing = new Set<string>();
  return async <Answer>(what: string, ask: () => Promise<Answer>): Promise<Answer | null> => {
    try {
      const answer = await ask();
      failing.delete(what);
      return answer;
    } catch (err) {
      if (!failing.has(what)) logger.warn({ err, what }, "delivery cannot be read; trying again");
      failing.add(what);
      return null;
    }
  };
}

async function readHeld(
  { held, entriesOf }: DeliveryWatchOptions,
  head: Parameters<HeldReportLog["readTo"]>[0],
): Promise<readonly HeldReportRow[]> {
  const newest = (await held.readTo(head)).slice(-SHOWN_REPORTS).toReversed();
  return await Promise.all(newest.map(async (report) => toRow(report, await entriesOf(report.digest))));
}

function toRow(report: HeldReport, entries: number | null): HeldReportRow {
  return { ...report, epoch: report.epoch.toString(), entries };
}
