/** A thread of its own for surfaces of requirements: hundreds of scores take a core for a while, and a round must never wait for them. */
import { Worker } from "node:worker_threads";
import { PlimsollError } from "../../domain/errors.ts";
import type { RequirementGrid, RequirementSurface } from "../../domain/requirements.ts";
import type { RiskClass } from "../../domain/risk-class.ts";
import type { VaultTerms } from "../../simulation/vault/vault-terms.ts";

/** A surface to work out; plain data. */
export interface RequirementOrder {
  readonly asset: string;
  /** Texts of the assets' inputs that the round committed to. */
  readonly inputs: readonly string[];
  readonly terms: VaultTerms;
  readonly classes: ReadonlyMap<number, RiskClass>;
  readonly grid: RequirementGrid;
}

/** What came of it; `null` where the round had no market of the asset. */
export type RequirementNotice =
  | { readonly ok: true; readonly surface: RequirementSurface | null }
  | { readonly ok: false; readonly message: string };

/** Works out one surface at a time. */
export interface RequirementThread {
  /** @throws PlimsollError `REQUIREMENTS_FAILED`. */
  work(order: RequirementOrder): Promise<RequirementSurface | null>;
  close(): Promise<void>;
}

const ENTRY = new URL("./requirement-worker.ts", import.meta.url);

/** Creates the thread; it starts with the first order. Orders must not overlap. */
export function createRequirementThread(): RequirementThread {
  let worker: Worker | null = null;
  let waiter: PromiseWithResolvers<RequirementSurface | null> | null = null;
  const end = (reason: string): void => {
    worker = null;
    waiter?.reject(failed(reason));
    waiter = null;
  };
  const start = (): Worker => {
    const started = new Worker(ENTRY);
    started.on("message", (notice: RequirementNotice) => {
      if (notice.ok) waiter?.resolve(notice.surface);
      else waiter?.reject(failed(notice.message));
      waiter = null;
    });
    started.on("error", (error) => end(String(error)));
    started.on("exit", () => end("its thread has ended"));
    // A run that is over does not wait for surfaces.
    started.unref();
    return started;
  };
  return {
    work: async (order) => {
      worker ??= start();
      waiter = Promise.withResolvers();
      worker.postMessage(order);
      return await waiter.promise;
    },
    close: async () => {
      const closing = worker;
      end("it was closed");
      await closing?.terminate();
    },
  };
}

function failed(message: string): PlimsollError {
  return new PlimsollError({
    code: "REQUIREMENTS_FAILED",
    problem: `A surface of requirements was not worked out: ${message}.`,
    remedy: "Scores and reports do not depend on it; see the node's log for the cause.",
  });
}
