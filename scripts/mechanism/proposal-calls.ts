/** The recommendation as calls that a DAO can vote on, and as a configuration that `npm run propose -- --config` takes. */
import { encodeFunctionData, zeroAddress } from "viem";
import { optionVaultAbi } from "../../oracle/chain/abi/option-vault.ts";
import { classWith, type MechanismParameters } from "../../oracle/simulation/mechanism/mechanism-parameters.ts";
import { bucketsOf, type ConfiguredClass, type DeploymentConfig } from "../deploy/deployment-config.ts";
import { planClass } from "../deploy/propose/plan-changes.ts";
import { differencesOf } from "../deploy/verify/difference.ts";

/** One call, for any deployment: the contract by its name in `addresses.json`. */
export interface VotedCall {
  readonly contract: "riskOracle" | "vault";
  readonly functionName: string;
  readonly calldata: string;
  /** What changes. */
  readonly title: string;
}

const MINUTE_SEC = 60;

/**
 * Calls that bring a deployment of the configuration to the parameters. The fund's share is set with addresses that only a live
 * chain has: `npm run propose -- --config FILE` adds it.
 */
export function votedCalls(config: DeploymentConfig, parameters: MechanismParameters): readonly VotedCall[] {
  const buckets = config.markets.flatMap((_, index) => bucketsOf(config, index + 1));
  return [...buckets.flatMap((bucket) => bucketCalls(bucket, parameters)), ...liquidationCall(config, parameters)];
}

/** The reviewed configuration with the parameters in it; the same fields in the same places. */
export function configWith(config: DeploymentConfig, parameters: MechanismParameters): DeploymentConfig {
  const { deltaBps, betaBps, graceMinutes, rampMinutes, maxAboveOpenBps, penaltyFloorBps } = parameters;
  const buckets = bucketsOf(config, 1);
  const moneyness = config.moneyness.map((bucket, place) => {
    const own = bucketWith(buckets[place] ?? [], parameters);
    const [first] = own;
    if (first === undefined) throw new RangeError("Every bucket has a class; the schema says so.");
    const { rhoFloorBps, piDefaultBps } = first.riskClass;
    return { ...bucket, rhoFloorBps, piDefaultBps, rhoInitialBps: own.map(({ riskClass }) => riskClass.rhoInitialBps) };
  });
  return {
    ...config,
    moneyness,
    classCommon: {
      ...config.classCommon,
      piFloorBps: penaltyFloorBps,
      deltaBps,
      betaBps,
      graceMinutes,
      rampMinutes,
      maxAboveOpenBps,
    },
    liquidation: liquidationOf(config, parameters),
    fund: { ...config.fund, feeBps: parameters.fundFeeBps },
  };
}

/** Classes of one bucket of moneyness under other parameters. */
function bucketWith(bucket: readonly ConfiguredClass[], parameters: MechanismParameters): readonly ConfiguredClass[] {
  const members = bucket.map(({ riskClass }) => riskClass);
  return bucket.map(({ classId, riskClass }) => ({ classId, riskClass: classWith(riskClass, parameters, members) }));
}

function bucketCalls(bucket: readonly ConfiguredClass[], parameters: MechanismParameters): readonly VotedCall[] {
  const classes = new Map(bucket.map(({ classId, riskClass }) => [classId, riskClass]));
  return bucketWith(bucket, parameters)
    .flatMap(({ classId, riskClass }) => planClass(classId, riskClass, { at: () => zeroAddress, classes }))
    .map(({ abi, functionName, args, title }) => ({
      contract: "riskOracle" as const,
      functionName,
      calldata: encodeFunctionData({ abi, functionName, args }),
      title,
    }));
}

function liquidationOf({ liquidation }: DeploymentConfig, parameters: MechanismParameters) {
  return {
    ...liquidation,
    orderlySec: parameters.orderlyMinutes * MINUTE_SEC,
    lateSec: parameters.lateMinutes * MINUTE_SEC,
    targetHealthBps: parameters.targetHealthBps,
    flagBountyBps: parameters.flagBountyBps,
  };
}

function liquidationCall(config: DeploymentConfig, parameters: MechanismParameters): readonly VotedCall[] {
  const wanted = liquidationOf(config, parameters);
  const changes = differencesOf(config.liquidation, wanted);
  if (changes.length === 0) return [];
  const functionName = "setLiquidationSettings";
  const calldata = encodeFunctionData({ abi: optionVaultAbi, functionName, args: [wanted] });
  return [{ contract: "vault", functionName, calldata, title: `liquidation: ${changes.join(", ")}` }];
}
