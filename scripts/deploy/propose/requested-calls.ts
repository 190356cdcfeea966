/** Changes that the command line names: fields of a class, or a call of any function. */
import { z } from "zod";
import { plimsollAccessManagerAbi } from "../../../oracle/chain/abi/plimsoll-access-manager.ts";
import { plimsollGovernorAbi } from "../../../oracle/chain/abi/plimsoll-governor.ts";
import { PlimsollError } from "../../../oracle/domain/errors.ts";
import type { RiskClass } from "../../../oracle/domain/risk-class.ts";
import { MANAGED, selectorOf } from "../roles.ts";
import { type PlanInput, type ProposedCall, planClass } from "./plan-changes.ts";

const DAO_CONTRACTS = { accessManager: plimsollAccessManagerAbi, governor: plimsollGovernorAbi } as const;
const LANE_FIELD = /^(tighten|loosen)\.(stepBps|driftBps|delaySec)$/;

/**
 * New bounds of one class, e.g. `--class 111 --set rhoFloorBps=400,tighten.stepBps=300`.
 *
 * @throws PlimsollError `PROPOSAL_FIELD_UNKNOWN` naming class or field.
 */
export function requestedClass(classId: number, assignments: string, input: PlanInput): readonly ProposedCall[] {
  let wanted = input.classes.get(classId);
  if (wanted === undefined) throw unknownField(`class ${classId}`);
  for (const assignment of assignments.split(",")) {
    const [field = "", text = ""] = assignment.split("=");
    wanted = withField(wanted, field.trim(), text.trim());
  }
  return planClass(classId, wanted, input);
}

function withField(riskClass: RiskClass, field: string, text: string): RiskClass {
  if (field === "active" && (text === "true" || text === "false")) return { ...riskClass, active: text === "true" };
  const value = Number(text);
  if (text === "" || !Number.isInteger(value) || value < 0) throw unknownField(`${field}=${text}`);
  const [, lane, part] = LANE_FIELD.exec(field) ?? [];
  if (part !== undefined && (lane === "tighten" || lane === "loosen")) {
    return { ...riskClass, [lane]: { ...riskClass[lane], [part]: value } };
  }
  const isField = Object.entries(riskClass).some(([name, old]) => name === field && typeof old === "number");
  if (!isField) throw unknownField(field);
  return { ...riskClass, [field]: value };
}

/**
 * A call by name, e.g. `--call riskOracle.registerSource --args '["0x…"]'`.
 *
 * @throws PlimsollError `PROPOSAL_FIELD_UNKNOWN` for an unknown contract, `FUNCTION_UNKNOWN`, `PROPOSAL_ARGUMENTS_INVALID`.
 */
export function requestedCall(path: string, args: string, { at }: PlanInput): ProposedCall {
  const [name = "", functionName = ""] = path.split(".");
  const abi = MANAGED[name]?.abi ?? Object.entries(DAO_CONTRACTS).find(([known]) => known === name)?.[1];
  if (abi === undefined) throw unknownField(path);
  selectorOf(abi, functionName);
  return { target: at(name), abi, functionName, args: parseArguments(args), title: `${path}(${args})` };
}

function parseArguments(text: string): readonly unknown[] {
  try {
    return z.array(z.unknown()).parse(JSON.parse(text));
  } catch (cause) {
    throw new PlimsollError({
      code: "PROPOSAL_ARGUMENTS_INVALID",
      problem: `The arguments ${text} are not a JSON list.`,
      remedy: "Give the arguments in order, e.g. --args '[\"0x…\", true]'.",
      context: { text },
      cause,
    });
  }
}

function unknownField(field: string): PlimsollError {
  return new PlimsollError({
    code: "PROPOSAL_FIELD_UNKNOWN",
    problem: `There is no ${field} that a proposal could set.`,
    remedy:
      "Name a field of RiskClass and a whole number, a class that exists, or a contract of scripts/deploy/roles.ts.",
    context: { field },
  });
}
