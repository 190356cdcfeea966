/** The RPC as Ignition wants it; with a key it signs here, so that public nodes, which hold no accounts, will do. */
import { createWalletClient, http } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { z } from "zod";
import type { Hex } from "../../oracle/domain/units.ts";

/** A request of the JSON-RPC. */
export interface RpcCall {
  readonly method: string;
  readonly params?: readonly unknown[] | object;
}

/** What Ignition sends its requests to. */
export interface RpcProvider {
  request(call: RpcCall): Promise<unknown>;
}

const hex = z.custom<Hex>((value) => typeof value === "string" && /^0x[0-9a-fA-F]*$/.test(value));
const quantity = hex.transform(BigInt).optional();
/** What Ignition puts into `eth_sendTransaction`. */
const transactionSchema = z.object({
  to: hex.optional(),
  data: hex.optional(),
  value: quantity,
  nonce: hex.transform(Number),
  gas: quantity,
  gasPrice: quantity,
  maxFeePerGas: quantity,
  maxPriorityFeePerGas: quantity,
  chainId: hex.transform(Number).optional(),
});

/** Creates the provider. `key` is the deployer's; without it the node signs with its own accounts. */
export function createRpcProvider(rpcUrl: string, key?: Hex): RpcProvider {
  const transport = http(rpcUrl)({});
  const send = async ({ method, params }: RpcCall): Promise<unknown> =>
    await transport.request({ method, params: params ?? [] });
  return key === undefined ? { request: send } : createSigningProvider(send, rpcUrl, key);
}

function createSigningProvider(send: RpcProvider["request"], rpcUrl: string, key: Hex): RpcProvider {
  const account = privateKeyToAccount(key);
  const wallet = createWalletClient({ account, transport: http(rpcUrl) });
  const sign = async (params: RpcCall["params"]): Promise<unknown> => {
    const [request] = z.tuple([transactionSchema]).parse(params);
    const { gasPrice, maxFeePerGas, maxPriorityFeePerGas, chainId, ...rest } = request;
    const common = { ...rest, chainId: chainId ?? (await wallet.getChainId()) };
    const serialized = await account.signTransaction(
      gasPrice === undefined
        ? { ...common, type: "eip1559", maxFeePerGas, maxPriorityFeePerGas }
        : { ...common, type: "legacy", gasPrice },
    );
    return await send({ method: "eth_sendRawTransaction", params: [serialized] });
  };
  return {
    request: async (call) => {
      // In the case in which nodes answer: the journal compares senders by their text.
      if (call.method === "eth_accounts") return [account.address.toLowerCase()];
      return call.method === "eth_sendTransaction" ? await sign(call.params) : await send(call);
    },
  };
}
