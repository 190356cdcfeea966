/** Threads that share the segments of a vault backtest. */
import { Worker } from "node:worker_threads";
import { PlimsollError } from "../../../oracle/domain/errors.ts";
import type { PolicySpec } from "../../../oracle/simulation/vault/policy-spec.ts";
import type { PolicyDays } from "./live-segment.ts";
import { type VaultTask, vaultAnswerSchema } from "./vault-messages.ts";

/** Threads at work. */
export interface VaultThreads {
  /** Walks and runs segments, each on the next free thread; days of all, not yet added up. */
  live(tasks: readonly VaultTask[]): Promise<readonly PolicyDays[]>;
  /** Runs other policies over the segments walked before. */
  again(specs: readonly PolicySpec[]): Promise<readonly PolicyDays[]>;
  close(): Promise<void>;
}

const WORKER = new URL("./vault-worker.ts", import.meta.url);

/**
 * Starts threads. What they find depends on the tasks alone, not on who does them.
 *
 * @param count at least 1.
 * @throws PlimsollError the code of the failure in a thread, from `live` and `again`.
 */
export function startVaultThreads(count: number): VaultThreads {
  const workers = Array.from({ length: Math.max(1, count) }, () => new Worker(WORKER));
  return {
    live: async (tasks) => {
      let next = 0;
      const found = tasks.map((): readonly PolicyDays[] => []);
      const lane = async (worker: Worker): Promise<void> => {
        for (let place = next; place < tasks.length; place = next) {
          next += 1;
          found[place] = await ask(worker, tasks[place]);
        }
      };
      await Promise.all(workers.map(lane));
      return found.flat();
    },
    again: async (specs) =>
      (await Promise.all(workers.map((worker) => ask(worker, { kind: "again", specs: [...specs] })))).flat(),
    close: async () => {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

function ask(worker: Worker, task: VaultTask | undefined): Promise<readonly PolicyDays[]> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number): void => {
      reject(failed("VAULT_THREAD_FAILED", `its thread ended early with code ${code}`));
    };
    worker.once("exit", onExit);
    worker.once("message", (sent: unknown) => {
      worker.off("exit", onExit);
      const answer = vaultAnswerSchema.safeParse(sent);
      if (!answer.success) reject(failed("VAULT_THREAD_FAILED", answer.error.message));
      else if (answer.data.kind === "failure") reject(failed(answer.data.code, answer.data.text));
      else resolve(answer.data.policies);
    });
    worker.postMessage(task);
  });
}

function failed(code: string, text: string): PlimsollError {
  return new PlimsollError({
    code,
    problem: `A segment of the backtest failed: ${text}`,
    remedy: "Mend the cause that the text names, then run the backtest again.",
    context: { text },
  });
}
