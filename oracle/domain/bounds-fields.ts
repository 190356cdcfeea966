/** Bounds of a class field by field, and as an address or a question proposes them: `rhoFloorBps=400&tighten.stepBps=300`. */
import type { RiskClass } from "./risk-class.ts";
import { BPS } from "./units.ts";

/** A field of the bounds that a proposal may change. */
export interface BoundsField {
  /** As in the address and in `npm run propose -- --set`. */
  readonly key: string;
  readonly name: string;
  readonly unit: "bps" | "s" | "min";
  readonly read: (bounds: RiskClass) => number;
  readonly write: (bounds: RiskClass, value: number) => RiskClass;
}

type PlainKey = Exclude<keyof RiskClass, "tighten" | "loosen" | "active">;

/** Fields in the order in which people read them. */
export const BOUNDS_FIELDS: readonly BoundsField[] = [
  plain("rhoFloorBps", "ρ floor"),
  plain("rhoCeilingBps", "ρ ceiling"),
  plain("rhoDefaultBps", "ρ default"),
  plain("rhoInitialBps", "ρ initial"),
  plain("piFloorBps", "π floor"),
  plain("piCapBps", "π cap"),
  plain("piDefaultBps", "π default"),
  plain("piStepBps", "π step"),
  plain("deltaBps", "δ between π and ρ"),
  plain("betaBps", "β over maintenance"),
  plain("maxAboveOpenBps", "greatest rise above opening"),
  ...lane("tighten", "tighten"),
  ...lane("loosen", "loosen"),
  plain("windowSec", "drift window", "s"),
  plain("validitySec", "validity", "s"),
  plain("graceMinutes", "grace", "min"),
  plain("rampMinutes", "ramp", "min"),
  plain("fallbackRampMinutes", "fallback ramp", "min"),
];

/** The bounds with what the address changes. @returns fields whose text is no whole number ≥ 0 beside them. */
export function proposedBounds(
  bounds: RiskClass,
  query: ReadonlyMap<string, string>,
): { readonly proposed: RiskClass; readonly faults: readonly string[] } {
  let proposed = bounds;
  const faults: string[] = [];
  for (const { key, write } of BOUNDS_FIELDS) {
    const text = query.get(key)?.trim() ?? "";
    if (text === "") continue;
    if (/^\d{1,9}$/.test(text)) proposed = write(proposed, Number(text));
    else faults.push(key);
  }
  return { proposed, faults: [...faults, ...contradictions(proposed)] };
}

/** What the contract would refuse at once: `_checkRatios` and `_checkPenalties` of `contracts/libraries/RiskClassRules.sol`. */
function contradictions(bounds: RiskClass): readonly string[] {
  const { rhoFloorBps: floor, rhoCeilingBps: ceiling, rhoDefaultBps, rhoInitialBps, betaBps } = bounds;
  const { piFloorBps, piCapBps, piDefaultBps, deltaBps, tighten, loosen } = bounds;
  const rules: readonly (readonly [boolean, string])[] = [
    [floor <= ceiling, "ρ floor above ρ ceiling"],
    [floor >= 1, "ρ floor of 0"],
    [ceiling <= BPS, "ρ ceiling above 100 %"],
    [rhoDefaultBps >= floor && rhoDefaultBps <= ceiling, "ρ default outside floor and ceiling"],
    [rhoInitialBps >= floor && rhoInitialBps <= ceiling, "ρ initial outside floor and ceiling"],
    [rhoInitialBps * (BPS + betaBps) > (rhoDefaultBps - 1) * BPS, "ρ initial with β below ρ default"],
    [piFloorBps + deltaBps <= floor, "π floor and δ above ρ floor"],
    [piFloorBps <= piCapBps, "π floor above π cap"],
    [piCapBps <= BPS && betaBps <= BPS, "a share above 100 %"],
    [piDefaultBps >= piFloorBps && piDefaultBps <= piCapBps, "π default outside floor and cap"],
    [piDefaultBps + deltaBps <= rhoDefaultBps, "π default and δ above ρ default"],
    ...[tighten, loosen].map(
      (lane) => [lane.stepBps >= 1 && lane.stepBps <= lane.driftBps, "a step of 0 or above its drift"] as const,
    ),
  ];
  return [...new Set(rules.flatMap(([isMet, fault]) => (isMet ? [] : [fault])))];
}

function plain(key: PlainKey, name: string, unit: BoundsField["unit"] = "bps"): BoundsField {
  return { key, name, unit, read: (bounds) => bounds[key], write: (bounds, value) => ({ ...bounds, [key]: value }) };
}

function lane(key: "tighten" | "loosen", name: string): readonly BoundsField[] {
  const part = (field: keyof RiskClass["tighten"], words: string, unit: BoundsField["unit"]): BoundsField => ({
    key: `${key}.${field}`,
    name: `${name}: ${words}`,
    unit,
    read: (bounds) => bounds[key][field],
    write: (bounds, value) => ({ ...bounds, [key]: { ...bounds[key], [field]: value } }),
  });
  return [part("stepBps", "step", "bps"), part("driftBps", "drift in a window", "bps"), part("delaySec", "delay", "s")];
}
