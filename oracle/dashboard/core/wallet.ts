/** A wallet in the browser (EIP-1193): found, asked, and never trusted with more than one request at a time. */
import { z } from "zod";

const Hex = z.string().regex(/^0x[0-9a-fA-F]*$/);
const Accounts = z.array(Hex);

interface Provider {
  request(call: { readonly method: string; readonly params?: readonly unknown[] }): Promise<unknown>;
}

/** A transaction to send. */
export interface WalletTransaction {
  readonly from: string;
  readonly to: string;
  readonly data: string;
}

/** What the page asks of a wallet. */
export interface Wallet {
  /** The account that the user allows, which makes the wallet ask him. */
  connect(): Promise<string>;
  chainId(): Promise<number>;
  /** Reads a contract at the newest block. */
  call(to: string, data: string): Promise<string>;
  /** Sends a transaction once the user has agreed. @returns its hash. */
  send(transaction: WalletTransaction): Promise<string>;
}

/** The browser's wallet, or `null` where there is none. */
export function findWallet(): Wallet | null {
  const found: unknown = Reflect.get(window, "ethereum");
  if (!isProvider(found)) return null;
  const ask = async <Schema extends z.ZodType>(method: string, params: readonly unknown[], schema: Schema) =>
    schema.parse(await found.request({ method, params }));
  return {
    connect: async () => {
      const [account] = await ask("eth_requestAccounts", [], Accounts);
      if (account === undefined) throw new Error("the wallet gives no account");
      return account;
    },
    chainId: async () => Number(await ask("eth_chainId", [], Hex)),
    call: async (to, data) => await ask("eth_call", [{ to, data }, "latest"], Hex),
    send: async (transaction) => await ask("eth_sendTransaction", [transaction], Hex),
  };
}

function isProvider(found: unknown): found is Provider {
  return typeof found === "object" && found !== null && "request" in found && typeof found.request === "function";
}
