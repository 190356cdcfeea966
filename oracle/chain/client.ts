/** The node's door to a chain: reading and signing clients from an RPC URL, with the chain id checked first. */
import {
  type Account,
  BaseError,
  type Chain,
  createPublicClient,
  createWalletClient,
  defineChain,
  HttpRequestError,
  http,
  type PublicClient,
  TimeoutError,
  type Transport,
  type WalletClient,
} from "viem";
import { PlimsollError } from "../domain/errors.ts";

/** How a chain is reached. */
export interface ChainClientOptions {
  readonly rpcUrl: string;
  /** Chain id that the configuration promises. */
  readonly chainId: number;
  /** Repeats of a request that failed in transport, 0…10; 3 by default. */
  readonly retries?: number;
  /** Time one request may take, milliseconds; 10 000 by default. */
  readonly requestTimeoutMs?: number;
  /** Time between two looks for a new block or receipt, milliseconds; 500 by default. */
  readonly pollingIntervalMs?: number;
}

/** Reading side of a chain whose id was checked. */
export interface ChainClient {
  readonly rpcUrl: string;
  readonly chainId: number;
  readonly reader: PublicClient<Transport, Chain>;
  /** A client that signs with `account` and sends to the same RPC. */
  signer(account: Account): WalletClient<Transport, Chain, Account>;
}

const DEFAULT_RETRIES = 3;
const DEFAULT_TIMEOUT_MS = 10_000;
const DEFAULT_POLLING_MS = 500;
const RETRY_DELAY_MS = 150;
/** Calls of one tick that share one HTTP request; public providers allow at least this many. */
const MAX_BATCH = 100;
const HTTP_TOO_MANY_REQUESTS = 429;
const HTTP_SERVER_ERROR = 500;

/**
 * Connects to a chain and checks that it is the promised one.
 *
 * @throws PlimsollError `RPC_UNREACHABLE` when the RPC does not answer, `CHAIN_ID_MISMATCH` when it is another chain.
 */
export async function connectChain(options: ChainClientOptions): Promise<ChainClient> {
  const client = createChainClient(options);
  const actual = await readChainId(client.reader, options.rpcUrl);
  if (actual !== options.chainId) {
    throw new PlimsollError({
      code: "CHAIN_ID_MISMATCH",
      problem: `The RPC ${options.rpcUrl} serves chain ${actual}, but the configuration says ${options.chainId}.`,
      remedy: "Give the RPC URL of the configured chain, or correct the chain id.",
      context: { rpcUrl: options.rpcUrl, actual, expected: options.chainId },
    });
  }
  return client;
}

function createChainClient(options: ChainClientOptions): ChainClient {
  const transport = http(options.rpcUrl, {
    retryCount: options.retries ?? DEFAULT_RETRIES,
    retryDelay: RETRY_DELAY_MS,
    timeout: options.requestTimeoutMs ?? DEFAULT_TIMEOUT_MS,
    batch: { batchSize: MAX_BATCH, wait: 0 },
  });
  const chain = defineChain({
    id: options.chainId,
    name: `chain ${options.chainId}`,
    nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
    rpcUrls: { default: { http: [options.rpcUrl] } },
  });
  const pollingInterval = options.pollingIntervalMs ?? DEFAULT_POLLING_MS;
  // A cached head would hide a new block from the reorg check.
  const reader = createPublicClient({ chain, transport, pollingInterval, cacheTime: 0 });
  return {
    rpcUrl: options.rpcUrl,
    chainId: options.chainId,
    reader,
    signer: (account) => createWalletClient({ account, chain, transport, pollingInterval, cacheTime: 0 }),
  };
}

async function readChainId(reader: PublicClient<Transport, Chain>, rpcUrl: string): Promise<number> {
  try {
    return await reader.getChainId();
  } catch (cause) {
    throw new PlimsollError({
      code: "RPC_UNREACHABLE",
      problem: `The RPC ${rpcUrl} did not answer a request for its chain id.`,
      remedy: "Check that the node runs and that the URL, port and access key are right.",
      context: { rpcUrl },
      cause,
    });
  }
}

/** Whether a failure lies between us and the RPC (connection, time-out, overload), so that repeating may help. */
export function isTransportFailure(error: unknown): boolean {
  if (!(error instanceof BaseError)) return false;
  return error.walk((inner) => inner instanceof TimeoutError || isUnavailable(inner)) !== null;
}

/** No HTTP answer at all, a server error, or "too many requests"; other statuses refuse the request itself. */
function isUnavailable(error: unknown): boolean {
  if (!(error instanceof HttpRequestError)) return false;
  const { status } = error;
  return status === undefined || status >= HTTP_SERVER_ERROR || status === HTTP_TOO_MANY_REQUESTS;
}
