/** Thread of one operator: opens it, runs rounds on order, stops cleanly. */
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import type { Logger } from "pino";
import { PlimsollError } from "../../domain/errors.ts";
import { createCloser } from "../../platform/closer.ts";
import { createLogger } from "../../platform/logger.ts";
import { type Operator, openOperator } from "./operator.ts";
import type { OperatorNotice, OperatorOrder, OperatorSettings } from "./operator-settings.ts";
import { runRound } from "./round.ts";

// The parent thread starts this one with settings of exactly this type; nothing else can.
const settings: OperatorSettings = workerData;

if (parentPort !== null) await serve(parentPort);

async function serve(parent: MessagePort): Promise<void> {
  const say = (notice: OperatorNotice) => parent.postMessage(notice);
  const logger = createLogger({ level: settings.logLevel }).child({ operator: settings.index });
  const closer = createCloser(logger);
  // Messages queue up until the handler is set: orders wait for the operator to be open.
  try {
    const operator = await openOperator(settings, { logger, closer });
    parent.on(
      "message",
      (order: OperatorOrder) => void obey(order, operator).catch((error) => say(failure(error, logger))),
    );
    say({ kind: "ready", port: operator.mesh.port, models: operator.models, bundleHash: operator.bundleHash });
  } catch (error) {
    await closer.close();
    say(failure(error, logger));
    parent.close();
  }

  async function obey(order: OperatorOrder, operator: Operator): Promise<void> {
    if (order.kind === "peers") {
      operator.mesh.dial(order.peers);
      await operator.mesh.whenConnected(order.peers.length);
      say({ kind: "linked" });
    } else if (order.kind === "round") {
      say({ kind: "round", result: await runRound(order.anchor, operator.flow) });
    } else {
      await closer.close();
      parent.close();
    }
  }
}

/** The orchestrator tells the user; what is no error of ours needs its stack as well. */
function failure(error: unknown, logger: Logger): OperatorNotice {
  if (!(error instanceof PlimsollError)) logger.error({ err: error }, "operator failed");
  const code = error instanceof PlimsollError ? error.code : "OPERATOR_FAILED";
  return { kind: "failed", code, message: error instanceof Error ? error.message : String(error) };
}
