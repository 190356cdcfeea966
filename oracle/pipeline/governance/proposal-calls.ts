/** What the calls of a proposal say, as far as this version knows the contracts. */
import { type Abi, decodeFunctionData, toFunctionSelector } from "viem";
import { insuranceFundAbi } from "../../chain/abi/insurance-fund.ts";
import { optionVaultAbi } from "../../chain/abi/option-vault.ts";
import { plimsollAccessManagerAbi } from "../../chain/abi/plimsoll-access-manager.ts";
import { plimsollGovernorAbi } from "../../chain/abi/plimsoll-governor.ts";
import { priceGuardAbi } from "../../chain/abi/price-guard.ts";
import { riskOracleAbi } from "../../chain/abi/risk-oracle.ts";
import { settlementOracleAbi } from "../../chain/abi/settlement-oracle.ts";
import { signerRegistryAbi } from "../../chain/abi/signer-registry.ts";
import type { BoundChange } from "../../domain/governance.ts";
import type { RiskClass } from "../../domain/risk-class.ts";
import type { Hex } from "../../domain/units.ts";

/** New bounds of one class. */
export interface ClassCall {
  readonly classId: number;
  readonly bounds: RiskClass;
}

const KNOWN: readonly Abi[] = [
  riskOracleAbi,
  optionVaultAbi,
  priceGuardAbi,
  settlementOracleAbi,
  signerRegistryAbi,
  insuranceFundAbi,
  plimsollAccessManagerAbi,
  plimsollGovernorAbi,
];
const SELECTOR_DIGITS = 10;

const NAMES: ReadonlyMap<string, string> = new Map(
  KNOWN.flatMap((abi) =>
    abi.flatMap((item) => (item.type === "function" ? [[toFunctionSelector(item), item.name]] : [])),
  ),
);

/** Name of the function that call data are for; `null` for one of a foreign contract. */
export function functionNameOf(calldata: Hex): string | null {
  return NAMES.get(calldata.slice(0, SELECTOR_DIGITS)) ?? null;
}

/** Bounds that call data would give a class; `null` for any other call and for data that are cut off. */
export function classCallOf(calldata: Hex): ClassCall | null {
  const name = functionNameOf(calldata);
  if (name !== "setRiskClass" && name !== "narrowRiskClass") return null;
  try {
    const call = decodeFunctionData({ abi: riskOracleAbi, data: calldata });
    if (call.functionName !== "setRiskClass" && call.functionName !== "narrowRiskClass") return null;
    const [classId, bounds] = call.args;
    return { classId, bounds };
  } catch {
    // Anyone may propose anything: data that do not decode are shown as they are.
    return null;
  }
}

/** Bounds in which two differ; a class that is new differs in all of them from zero. */
export function changesOf(from: RiskClass | null, to: RiskClass): readonly BoundChange[] {
  const before = new Map(from === null ? [] : fieldsOf(from));
  return fieldsOf(to)
    .map(([field, value]) => ({ field, from: before.get(field) ?? 0, to: value }))
    .filter((change) => change.from !== change.to);
}

function fieldsOf({ tighten, loosen, active, ...plain }: RiskClass): readonly (readonly [string, number])[] {
  const lane = (name: string, fields: object) =>
    Object.entries(fields).map(([field, value]) => [`${name}.${field}`, Number(value)] as const);
  return [...Object.entries(plain), ...lane("tighten", tighten), ...lane("loosen", loosen), ["active", Number(active)]];
}
