/** A training thread that does at once what its order's seed says: `promote`, `keep`, `fail`, `leave`, or `hang`. */
import { cpSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import type {
  TrainingNotice,
  TrainingOrder,
  TrainingOutcome,
} from "../../oracle/pipeline/retraining/training-order.ts";

const order: TrainingOrder = workerData;
const say = (notice: TrainingNotice): void => parentPort?.postMessage(notice);

function outcome(promote: boolean): TrainingOutcome {
  const losses = {
    championLoss: 0.12,
    challengerLoss: promote ? 0.11 : 0.13,
    statistic: promote ? -3 : 3,
    pValue: 0.003,
  };
  const span = { times: 1_000, fromSec: 1_700_000_000, toSec: 1_710_000_000, lags: 24 };
  const reason = promote ? ("better" as const) : ("worse" as const);
  return {
    decision: { promote, reason, ...losses, ...span },
    champion: "0x01",
    challenger: "0x02",
    cardDiff: "# diff",
  };
}

say({ kind: "progress", share: 0.25 });
if (order.seed === "promote" || order.seed === "keep") {
  cpSync(order.championDir, order.challengerDir, { recursive: true });
  say({ kind: "progress", share: 0.75 });
  say({ kind: "done", outcome: outcome(order.seed === "promote") });
} else if (order.seed === "fail") say({ kind: "failed", code: "TRAINING_DIVERGED", message: "the loss is not finite" });
else if (order.seed === "leave") process.exit(3);
// Holds the thread open until somebody ends it.
else parentPort?.on("message", () => {});
