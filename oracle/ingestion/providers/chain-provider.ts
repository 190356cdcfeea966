/** A provider that reads a chain: opened with its first question, failures as values, opened anew when the line was dead. */
import { type ChainClient, isTransportFailure } from "../../chain/client.ts";
import { type Outcome, PlimsollError } from "../../domain/errors.ts";
import type { MarketEvent } from "../../domain/market.ts";
import type { Provider, ProviderFailure } from "./provider.ts";

/** What is asked, and how. */
export interface ChainProviderOptions {
  readonly id: string;
  readonly everySec: number;
  /** Opened with the first question. */
  readonly connect: () => Promise<ChainClient>;
  /** Checks what it reads once, and returns what reads it; called again after a failure that came before it had returned. */
  readonly open: (chain: ChainClient) => Promise<ChainQuestion>;
}

/** Asks once. @param nowSec time of this node, seconds. */
export type ChainQuestion = (nowSec: number) => Promise<readonly MarketEvent[]>;

/** Creates the provider. */
export function createChainProvider({ id, everySec, connect, open }: ChainProviderOptions): Provider {
  let question: Promise<ChainQuestion> | null = null;
  return {
    id,
    everySec,
    ask: async (nowSec) => {
      try {
        question ??= connect().then(open);
        const ask = await question.catch((error: unknown) => {
          question = null;
          throw error;
        });
        return { ok: true, value: await ask(nowSec) };
      } catch (error) {
        return failureOf(error);
      }
    },
  };
}

/** Failures by code of the error; what has none is an answer that cannot be read. */
const REASONS: Readonly<Record<string, ProviderFailure>> = {
  RPC_UNREACHABLE: "unreachable",
  CHAIN_LAGS: "stale",
  // The block has left the chain between two answers: the next question finds its branch.
  ANCHOR_NOT_CANONICAL: "gap",
  LOG_RANGE_REFUSED: "refused",
};

function failureOf(error: unknown): Outcome<never, ProviderFailure> {
  const detail = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
  if (isTransportFailure(error)) return { ok: false, reason: "unreachable", detail };
  const code = error instanceof PlimsollError ? error.code : "";
  return { ok: false, reason: REASONS[code] ?? "malformed", detail };
}
