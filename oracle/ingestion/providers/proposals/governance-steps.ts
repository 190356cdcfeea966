/** Events of governors, timelocks and configurators as steps of proposals. */
import type { ChainClient } from "../../../chain/client.ts";
import {
  configuratorEvents,
  governorEvents,
  payloadEvents,
  timelockEvents,
} from "../../../chain/governance/governance-events-abi.ts";
import type { ProposalStage, RiskParameter } from "../../../domain/chain-signals.ts";
import type { Address } from "../../../domain/units.ts";
import { checkedLogs } from "../../sources/checked-logs.ts";
import type { BlockRange } from "../../sources/log-ranges.ts";
import { type GovernanceCall, type TokensOfAssets, type Touched, touchedBy, touchedToken } from "./risk-calls.ts";

/** Which contract, and by which events it speaks. */
export interface GovernanceDoor {
  readonly chain: ChainClient;
  readonly form: "governor" | "timelock" | "aave-payloads" | "aave-configurator";
  readonly address: Address;
  readonly tokens: TokensOfAssets;
}

/** One event about one proposal. */
export interface GovernanceStep {
  readonly blockNumber: bigint;
  readonly id: string;
  readonly stage: ProposalStage;
  /** What it touches, where the event says it. */
  readonly touched: readonly Touched[] | null;
  /** When it may be carried out: a time, or seconds after the block; `null` where the event does not say. */
  readonly executable: { readonly atSec: number } | { readonly afterSec: number } | null;
}

type StepReader = (door: GovernanceDoor, range: BlockRange) => Promise<readonly GovernanceStep[]>;

/** Reads the steps of a range, in order. @throws PlimsollError `LOGS_INCONSISTENT`; viem's errors. */
export async function readSteps(door: GovernanceDoor, range: BlockRange): Promise<readonly GovernanceStep[]> {
  return await READERS[door.form](door, range);
}

const READERS: Readonly<Record<GovernanceDoor["form"], StepReader>> = {
  governor: readGovernor,
  timelock: readTimelock,
  "aave-payloads": readPayloads,
  "aave-configurator": readConfigurator,
};

function queryOf({ address }: GovernanceDoor, { from, to }: BlockRange) {
  return { address, fromBlock: from, toBlock: to, strict: true } as const;
}

function checkOf({ address }: GovernanceDoor, range: BlockRange) {
  return { addresses: [address], range };
}

const GOVERNOR_STAGES: Readonly<Record<(typeof governorEvents)[number]["name"], ProposalStage>> = {
  ProposalCreated: "proposed",
  ProposalQueued: "queued",
  ProposalExecuted: "executed",
  ProposalCanceled: "cancelled",
};

async function readGovernor(door: GovernanceDoor, range: BlockRange): Promise<readonly GovernanceStep[]> {
  const logs = await door.chain.reader.getLogs({ ...queryOf(door, range), events: governorEvents });
  return checkedLogs(logs, checkOf(door, range)).map((log): GovernanceStep => {
    const { calldatas = null, signatures = [] } = log.eventName === "ProposalCreated" ? log.args : {};
    const calls = calldatas?.map((data, place) => ({ data, signature: signatures[place] ?? "", isDelegated: false }));
    return {
      ...{ blockNumber: log.blockNumber, id: String(log.args.proposalId), stage: GOVERNOR_STAGES[log.eventName] },
      touched: calls === undefined ? null : touchedByAll(calls, door.tokens),
      executable: log.eventName === "ProposalQueued" ? { atSec: Number(log.args.etaSeconds) } : null,
    };
  });
}

const TIMELOCK_STAGES: Readonly<Record<(typeof timelockEvents)[number]["name"], ProposalStage>> = {
  CallScheduled: "queued",
  CallExecuted: "executed",
  Cancelled: "cancelled",
  QueueTransaction: "queued",
  ExecuteTransaction: "executed",
  CancelTransaction: "cancelled",
};

async function readTimelock(door: GovernanceDoor, range: BlockRange): Promise<readonly GovernanceStep[]> {
  const logs = await door.chain.reader.getLogs({ ...queryOf(door, range), events: timelockEvents });
  return checkedLogs(logs, checkOf(door, range)).map(({ blockNumber, eventName, args }): GovernanceStep => {
    const { data = null, signature = "" } = "data" in args ? { signature: "", ...args } : {};
    const delay = "delay" in args ? { afterSec: Number(args.delay) } : null;
    const eta = "eta" in args ? { atSec: Number(args.eta) } : null;
    return {
      ...{ blockNumber, id: "id" in args ? args.id : args.txHash, stage: TIMELOCK_STAGES[eventName] },
      touched: data === null ? null : touchedBy({ signature, data, isDelegated: false }, door.tokens),
      executable: delay ?? eta,
    };
  });
}

const PAYLOAD_STAGES: Readonly<Record<(typeof payloadEvents)[number]["name"], ProposalStage>> = {
  PayloadCreated: "proposed",
  PayloadQueued: "queued",
  PayloadExecuted: "executed",
  PayloadCancelled: "cancelled",
};

async function readPayloads(door: GovernanceDoor, range: BlockRange): Promise<readonly GovernanceStep[]> {
  const logs = await door.chain.reader.getLogs({ ...queryOf(door, range), events: payloadEvents });
  return checkedLogs(logs, checkOf(door, range)).map((log): GovernanceStep => {
    const actions = log.eventName === "PayloadCreated" ? log.args.actions : null;
    const calls = actions?.map(({ signature, callData: data, withDelegateCall: isDelegated }) => ({
      ...{ signature, data, isDelegated },
    }));
    return {
      ...{ blockNumber: log.blockNumber, id: String(log.args.payloadId), stage: PAYLOAD_STAGES[log.eventName] },
      ...{ touched: calls === undefined ? null : touchedByAll(calls, door.tokens), executable: null },
    };
  });
}

const CONFIGURED: Readonly<Record<(typeof configuratorEvents)[number]["name"], RiskParameter>> = {
  CollateralConfigurationChanged: "threshold",
  SupplyCapChanged: "cap",
  BorrowCapChanged: "cap",
  ReserveFrozen: "halt",
  ReservePaused: "halt",
};

async function readConfigurator(door: GovernanceDoor, range: BlockRange): Promise<readonly GovernanceStep[]> {
  const logs = await door.chain.reader.getLogs({ ...queryOf(door, range), events: configuratorEvents });
  return checkedLogs(logs, checkOf(door, range)).map((log): GovernanceStep => {
    const change = { parameter: CONFIGURED[log.eventName], call: log.eventName };
    const touched = touchedToken(log.args.asset, change, door.tokens);
    return { blockNumber: log.blockNumber, id: log.transactionHash, stage: "executed", touched, executable: null };
  });
}

function touchedByAll(calls: readonly GovernanceCall[], tokens: TokensOfAssets): readonly Touched[] {
  return calls.flatMap((call) => touchedBy(call, tokens));
}
