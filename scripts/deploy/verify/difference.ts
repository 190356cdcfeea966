/** What a chain says where the reviewed files say something else. */
import { isAddress } from "viem";

/** One difference, printable. */
export interface Difference {
  /** Contract and value, e.g. `riskClasses.class 111.rhoFloorBps`. */
  readonly subject: string;
  readonly expected: string;
  readonly actual: string;
}

/** Collects differences. */
export interface Comparison {
  readonly differences: readonly Difference[];
  /** Compares values by their text: integers of any type, addresses in any case, lists and structs member by member. */
  same(subject: string, expected: unknown, actual: unknown): void;
  /** Number of single values that were compared. */
  compared(): number;
}

/** An empty comparison. */
export function createComparison(): Comparison {
  const differences: Difference[] = [];
  let compared = 0;
  const same = (subject: string, expected: unknown, actual: unknown): void => {
    if (isRecord(expected) && isRecord(actual)) {
      for (const name of new Set([...Object.keys(expected), ...Object.keys(actual)])) {
        same(`${subject}.${name}`, expected[name], actual[name]);
      }
      return;
    }
    compared += 1;
    const [wanted, found] = [textOf(expected), textOf(actual)];
    if (wanted !== found) differences.push({ subject, expected: wanted, actual: found });
  };
  return { differences, same, compared: () => compared };
}

/** Differing members of one value, as `name actual → expected`. */
export function differencesOf(live: unknown, wanted: unknown): readonly string[] {
  const comparison = createComparison();
  comparison.same("", wanted, live);
  return comparison.differences.map(({ subject, expected, actual }) => `${subject.slice(1)} ${actual} → ${expected}`);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(textOf).join(", ")}]`;
  if (isRecord(value)) return `{${Object.entries(value).map(([name, member]) => `${name}: ${textOf(member)}`)}}`;
  if (typeof value === "string" && isAddress(value, { strict: false })) return value.toLowerCase();
  return value === undefined ? "nothing" : String(value);
}
