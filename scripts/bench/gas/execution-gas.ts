/** Gas that a contract spends inside its own calls, from the trace of a call: without the caller's part and the intrinsic gas. */
import { type Address, encodeFunctionData, type Hex } from "viem";
import { z } from "zod";

const traceSchema = z.object({
  structLogs: z.array(z.object({ depth: z.number(), gas: z.number(), gasCost: z.number() })),
});

const PROBE_ABI = [
  {
    type: "function",
    name: "maintenance",
    stateMutability: "view",
    inputs: [{ type: "address" }, { type: "address" }, { type: "uint256" }],
    outputs: [],
  },
] as const;

/** What a read is measured on. */
export interface ReadGround {
  readonly oracle: { readonly address: Address };
  /** Position source of position 1. */
  readonly owner: Address;
  /** A deployed `ReadProbe`. */
  readonly probe: Address;
  readonly request: (method: string, params: readonly unknown[]) => Promise<unknown>;
}

/** Gas inside the oracle of a first read of position 1 and of a second one in the same transaction. */
export async function readExecutionGas(ground: ReadGround): Promise<ReadGas> {
  const data = encodeFunctionData({
    abi: PROBE_ABI,
    functionName: "maintenance",
    args: [ground.oracle.address, ground.owner, 1n],
  });
  const [cold, warm] = await innerCalls(ground, { to: ground.probe, data });
  if (cold === undefined || warm === undefined) throw new RangeError("The probe made fewer than two calls.");
  return { cold, warm };
}

/** Gas of a read with cold and with warm storage. */
export interface ReadGas {
  readonly cold: number;
  readonly warm: number;
}

/** Gas of every call at depth two, in order. */
async function innerCalls(
  ground: ReadGround,
  call: { readonly to: Address; readonly data: Hex },
): Promise<readonly number[]> {
  const options = { disableStorage: true, disableStack: true, disableMemory: true };
  const answer = await ground.request("debug_traceCall", [{ ...call, gas: "0xf00000" }, "latest", options]);
  const calls: number[] = [];
  let depth = 1;
  for (const step of traceSchema.parse(answer).structLogs) {
    if (step.depth === 2 && depth === 1) calls.push(0);
    if (step.depth === 2) calls.push((calls.pop() ?? 0) + step.gasCost);
    depth = step.depth;
  }
  return calls;
}
