/** A whole deployment on an anvil of the test: what the DAO, its guardian and the chain's clock can do with it. */
import { join } from "node:path";
import {
  createTestClient,
  encodeFunctionData,
  type Hex,
  http,
  keccak256,
  publicActions,
  stringToHex,
  walletActions,
} from "viem";
import { plimsollAccessManagerAbi } from "../../oracle/chain/abi/plimsoll-access-manager.ts";
import { plimsollGovernorAbi } from "../../oracle/chain/abi/plimsoll-governor.ts";
import { plimsollTokenAbi } from "../../oracle/chain/abi/plimsoll-token.ts";
import { type ChainClient, connectChain } from "../../oracle/chain/client.ts";
import type { Address } from "../../oracle/domain/units.ts";
import { deployPlimsoll } from "../../scripts/deploy/deploy.ts";
import { type DeploymentConfig, readDeploymentConfig } from "../../scripts/deploy/deployment-config.ts";
import { readOutputs } from "../../scripts/deploy/outputs.ts";
import { type Parties, readParties } from "../../scripts/deploy/parties.ts";
import type { Proposal } from "../../scripts/deploy/propose/proposal.ts";
import { addressBook, type VerificationRun } from "../../scripts/deploy/verify/context.ts";
import { type Anvil, startAnvil } from "./anvil.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const LOCAL = join(import.meta.dirname, "../../deployments/local");
const BUNDLE: Hex = `0x${"b0".repeat(32)}`;
const GAS_MONEY_WEI = 10n ** 20n;
/** First account of the node: it deployed, and should have nothing left. */
export const DEPLOYER: Address = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
/** An account that never had a role. */
export const STRANGER: Address = "0x14dC79964da2C08b23698B3D3cc7Ca32193d9955";

/** Drives the chain. */
export function controlClient(rpcUrl: string) {
  const transport = http(rpcUrl);
  return createTestClient({ mode: "anvil", transport, pollingInterval: 20, cacheTime: 0 })
    .extend(publicActions)
    .extend(walletActions);
}

/** Deployed contracts under a DAO whose holder has delegated to itself. */
export interface DeployedDao {
  readonly anvil: Anvil;
  readonly chain: ChainClient;
  readonly control: ReturnType<typeof controlClient>;
  readonly config: DeploymentConfig;
  readonly parties: Parties;
  readonly holder: Address;
  readonly outputs: Awaited<ReturnType<typeof readOutputs>>;
  readonly at: VerificationRun["at"];
  /** Sends calldata from any account; throws when it reverts. */
  send(from: Address, to: Address, data: Hex): Promise<void>;
  /** Moves the clock and mines. */
  skip(seconds: number | bigint): Promise<void>;
  stop(): Promise<void>;
}

/** Deploys the local configuration. */
export async function deployDao(): Promise<DeployedDao> {
  const folder = temporaryFolder();
  const anvil = await startAnvil(["--auto-impersonate"]);
  const chain = await connectChain({ rpcUrl: anvil.rpcUrl, chainId: anvil.chainId, pollingIntervalMs: 20 });
  const config = await readDeploymentConfig(join(LOCAL, "config.json"));
  const parties = await readParties(join(LOCAL, "parties.json"));
  await deployPlimsoll(
    { config, parties, bundleHash: BUNDLE },
    { rpcUrl: anvil.rpcUrl, outputDir: join(folder.path, "deployment") },
  );
  const outputs = await readOutputs(join(folder.path, "deployment"));
  const control = controlClient(anvil.rpcUrl);
  if (parties.token.kind !== "new") throw new Error("the local deployment makes its own token");
  const { holder } = parties.token;
  const at = addressBook(outputs.addresses);
  const hash = await control.writeContract({
    account: holder,
    chain: null,
    address: at("votesToken"),
    abi: plimsollTokenAbi,
    functionName: "delegate",
    args: [holder],
  });
  await control.waitForTransactionReceipt({ hash });
  // Votes count from the second after their delegation on.
  await control.increaseTime({ seconds: 2 });
  await control.mine({ blocks: 1 });
  return {
    ...{ anvil, chain, control, config, parties, holder, outputs, at },
    send: async (from, to, data) => {
      // Contracts hold no ether of their own to pay for gas.
      await control.setBalance({ address: from, value: GAS_MONEY_WEI });
      const hash = await control.sendTransaction({ account: from, chain: null, to, data });
      const { status } = await control.waitForTransactionReceipt({ hash });
      if (status !== "success") throw new Error(`the call of ${to} by ${from} reverted`);
    },
    skip: async (seconds) => {
      await control.increaseTime({ seconds: Number(seconds) });
      await control.mine({ blocks: 1 });
    },
    stop: async () => {
      await anvil.stop();
      folder.remove();
    },
  };
}

/** Votes for a proposal that was sent, until it has succeeded, and queues it; returns the wait that remains, seconds. */
export async function voteAndQueue(dao: DeployedDao, proposal: Proposal, proposalId: bigint): Promise<number> {
  const { control, at, holder, config, skip, send } = dao;
  const governor = { address: at("governor"), abi: plimsollGovernorAbi } as const;
  await skip(config.governance.votingDelaySec + 1);
  const vote = encodeFunctionData({ ...governor, functionName: "castVote", args: [proposalId, 1] });
  await send(holder, governor.address, vote);
  await skip(config.governance.votingPeriodSec + 1);
  const queue = encodeFunctionData({ ...governor, functionName: "queue", args: governorArguments(proposal) });
  await send(holder, governor.address, queue);
  const eta = await control.readContract({ ...governor, functionName: "proposalEta", args: [proposalId] });
  const { timestamp } = await control.getBlock();
  return Number(eta - timestamp);
}

/** Arguments of `queue`, `execute` and `cancel`. */
export function governorArguments({ targets, values, calldatas, description }: Proposal) {
  return [targets, values, calldatas, keccakOf(description)] as const;
}

function keccakOf(text: string): Hex {
  return keccak256(stringToHex(text));
}

/** Has the governor call a contract through the manager, as a proposal would have after its vote. */
export async function asGovernor(dao: DeployedDao, target: Address, data: Hex): Promise<void> {
  const { at, send, skip, config } = dao;
  const manager = at("accessManager");
  const encode = (functionName: "schedule" | "execute"): Hex =>
    functionName === "schedule"
      ? encodeFunctionData({ abi: plimsollAccessManagerAbi, functionName, args: [target, data, 0] })
      : encodeFunctionData({ abi: plimsollAccessManagerAbi, functionName, args: [target, data] });
  await send(at("governor"), manager, encode("schedule"));
  await skip(config.governance.wideningDelaySec);
  await send(at("governor"), manager, encode("execute"));
}
