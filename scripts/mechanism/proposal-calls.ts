/** The recommendation as calls that a DAO can vote on, and as a configuration that `npm run propose -- --config` takes. */
import { encodeFunctionData, zeroAddress } from "viem";
import { optionVaultAbi } from "../../oracle/chain/abi/option-vault.ts";
import type { RiskClass } from "../../oracle/domain/risk-class.ts";
import { classWith, type MechanismParameters } from "../../oracle/simulation/mechanism/mechanism-parameters.ts";
import { classesOf, type DeploymentConfig } from "../deploy/deployment-config.ts";
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
  const classes = config.markets.flatMap((_, index) => classesOf(config, index + 1));
  return [
    ...classes.flatMap(({ classId, riskClass }) => classCall(classId, riskClass, parameters)),
    ...liquidationCall(config, parameters),
  ];
}

/** The reviewed configuration with the parameters in it; the same fields in the same places. */
export function configWith(config: DeploymentConfig, parameters: MechanismParameters): DeploymentConfig {
  const { deltaBps, betaBps, graceMinutes, rampMinutes, maxAboveOpenBps, penaltyFloorBps } = parameters;
  const classes = classesOf(config, 1);
  let next = 0;
  const moneyness = config.moneyness.map((bucket) => {
    const own = bucket.rhoInitialBps.map(() => {
      const found = classes[next];
      next += 1;
      if (found === undefined) throw new RangeError("Every cell of the grid has a class.");
      return classWith(found.riskClass, parameters);
    });
    const piDefaultBps = Math.min(...own.map((riskClass) => riskClass.piDefaultBps));
    const rhoFloorBps = own[0]?.rhoFloorBps ?? bucket.rhoFloorBps;
    return { ...bucket, rhoFloorBps, piDefaultBps, rhoInitialBps: own.map(({ rhoInitialBps }) => rhoInitialBps) };
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

function classCall(classId: number, live: RiskClass, parameters: MechanismParameters): readonly VotedCall[] {
  const input = { at: () => zeroAddress, classes: new Map([[classId, live]]) };
  return planClass(classId, classWith(live, parameters), input).map(({ abi, functionName, args, title }) => ({
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
