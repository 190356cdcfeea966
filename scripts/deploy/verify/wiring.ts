/** Links between contracts, delivery limits, watchers and constants of the code, against the reviewed configuration. */
import { type Abi, zeroAddress } from "viem";
import { optionVaultAbi } from "../../../oracle/chain/abi/option-vault.ts";
import { oracleSentinelAbi } from "../../../oracle/chain/abi/oracle-sentinel.ts";
import { riskHistoryAbi } from "../../../oracle/chain/abi/risk-history.ts";
import { riskOracleAbi } from "../../../oracle/chain/abi/risk-oracle.ts";
import { settlementOracleAbi } from "../../../oracle/chain/abi/settlement-oracle.ts";
import type { VerificationRun } from "./context.ts";

/** Compares which contract each contract works with, and what is fixed in its code. */
export async function verifyWiring(run: VerificationRun): Promise<void> {
  const { reader, comparison, at, config, record } = run;
  const oracle = { address: at("riskOracle"), abi: riskOracleAbi } as const;
  const vault = { address: at("vault"), abi: optionVaultAbi } as const;
  const settlement = { address: at("settlementOracle"), abi: settlementOracleAbi } as const;
  const sources = await reader.readContract({ ...oracle, functionName: "sourceCount" });
  const expected = {
    verifier: at("signerRegistry"),
    ruleEngine: at("ruleEngine"),
    extension: at("riskOracleExtension"),
    salt: record.salt,
    maxArrivalAgeSec: config.oracle.maxArrivalAgeSec,
    sources: config.loans === undefined ? ["vault"].map(at) : ["vault", "loans"].map(at),
  };
  comparison.same("riskOracle", expected, {
    verifier: await reader.readContract({ ...oracle, functionName: "verifier" }),
    ruleEngine: await reader.readContract({ ...oracle, functionName: "ruleEngine" }),
    extension: await reader.readContract({ ...oracle, functionName: "EXTENSION" }),
    salt: await reader.readContract({ ...oracle, functionName: "DEPLOYMENT_SALT" }),
    maxArrivalAgeSec: await reader.readContract({ ...oracle, functionName: "MAX_ARRIVAL_AGE_SEC" }),
    sources: await Promise.all(
      Array.from({ length: Number(sources) }, (_, index) =>
        reader.readContract({ ...oracle, functionName: "sourceAt", args: [index] }),
      ),
    ),
  });
  const wiring = {
    extension: await reader.readContract({ ...vault, functionName: "EXTENSION" }),
    riskOracle: await reader.readContract({ ...vault, functionName: "RISK_ORACLE" }),
    priceGuard: await reader.readContract({ ...vault, functionName: "PRICE_GUARD" }),
    settlementOracle: await reader.readContract({ ...vault, functionName: "SETTLEMENT_ORACLE" }),
  };
  const names = {
    extension: at("vaultExtension"),
    riskOracle: at("riskOracle"),
    priceGuard: at("priceGuard"),
    settlementOracle: settlement.address,
  };
  comparison.same("vault", names, wiring);
  const guard = await reader.readContract({ ...settlement, functionName: "PRICE_GUARD" });
  comparison.same("settlementOracle.priceGuard", at("priceGuard"), guard);
  const maxDelaySec = await reader.readContract({ ...settlement, functionName: "maxDelaySec" });
  comparison.same("settlementOracle.maxDelaySec", config.settlement.maxDelaySec, maxDelaySec);
  await verifyDelivery(run);
  await verifyWatch(run);
  await verifyExtension(run);
}

async function verifyDelivery({ reader, comparison, at, config }: VerificationRun): Promise<void> {
  const oracle = { address: at("riskOracle"), abi: riskOracleAbi } as const;
  const limits = await reader.readContract({ ...oracle, functionName: "deliveryLimits" });
  comparison.same("riskOracle.deliveryLimits", config.delivery, limits);
}

async function verifyWatch({ reader, comparison, at, config, parties }: VerificationRun): Promise<void> {
  const oracle = { address: at("riskOracle"), abi: riskOracleAbi } as const;
  const sentinel = { address: at("sentinel"), abi: oracleSentinelAbi } as const;
  const watchers = {
    guardian: await reader.readContract({ ...oracle, functionName: "guardian" }),
    sentinel: await reader.readContract({ ...oracle, functionName: "sentinel" }),
  };
  comparison.same("riskOracle", { guardian: parties.guardian, sentinel: sentinel.address }, watchers);
  const { sequencer } = config.prices;
  const expected = {
    oracle: oracle.address,
    priceGuard: at("priceGuard"),
    sequencerFeed: sequencer?.feed ?? zeroAddress,
    sequencerGraceSec: sequencer?.graceSec ?? 0,
    heartbeatSec: config.oracle.heartbeatSec,
  };
  comparison.same("sentinel", expected, {
    oracle: await reader.readContract({ ...sentinel, functionName: "ORACLE" }),
    priceGuard: await reader.readContract({ ...sentinel, functionName: "PRICE_GUARD" }),
    sequencerFeed: await reader.readContract({ ...sentinel, functionName: "SEQUENCER_FEED" }),
    sequencerGraceSec: await reader.readContract({ ...sentinel, functionName: "SEQUENCER_GRACE_SEC" }),
    heartbeatSec: await reader.readContract({ ...sentinel, functionName: "HEARTBEAT_SEC" }),
  });
  const history = { address: at("riskHistory"), abi: riskHistoryAbi } as const;
  const recorded = await reader.readContract({ ...history, functionName: "ORACLE" });
  comparison.same("riskHistory.oracle", oracle.address, recorded);
}

/** The settings' code is named by the extension, which the vault runs. */
async function verifyExtension({ reader, comparison, at }: VerificationRun): Promise<void> {
  const extension = { address: at("vaultExtension"), abi: EXTENSION_ABI } as const;
  const settings = await reader.readContract({ ...extension, functionName: "SETTINGS" });
  comparison.same("vaultExtension.settings", at("vaultSettings"), settings);
}

const EXTENSION_ABI = [
  { type: "function", name: "SETTINGS", stateMutability: "view", inputs: [], outputs: [{ type: "address" }] },
] as const satisfies Abi;
