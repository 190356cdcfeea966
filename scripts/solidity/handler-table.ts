/** Success rate of every invariant handler action, from the totals that `test/contracts/helpers/HandlerStats.sol` keeps. */
import type { HardhatPlugin } from "hardhat/types/plugins";

const PREFIX = "PLIMSOLL_HANDLER:";
const CALLS_SHIFT = 128n;
const SUCCESS_MASK = (1n << CALLS_SHIFT) - 1n;
/** As in HandlerStats.sol: below so many calls a rate says nothing. */
const MIN_CALLS = 200;
const MIN_SUCCESS_PERCENT = 50;

/** Totals of one action. */
export interface ActionTotal {
  readonly handler: string;
  readonly action: string;
  readonly calls: number;
  readonly successes: number;
}

/** Reads the totals from environment variables `PLIMSOLL_HANDLER:<handler>:<action>`. */
export function handlerTotals(environment: Readonly<Record<string, string | undefined>>): readonly ActionTotal[] {
  return Object.entries(environment)
    .filter(([name]) => name.startsWith(PREFIX))
    .map(([name, value]) => {
      const [handler = "", action = ""] = name.slice(PREFIX.length).split(":");
      const packed = BigInt(value ?? 0);
      return { handler, action, calls: Number(packed >> CALLS_SHIFT), successes: Number(packed & SUCCESS_MASK) };
    })
    .toSorted((left, right) => `${left.handler} ${left.action}`.localeCompare(`${right.handler} ${right.action}`));
}

/** One line per action. */
export function handlerTable(totals: readonly ActionTotal[]): string {
  const lines = totals.map(({ handler, action, calls, successes }) => {
    const percent = ((100 * successes) / calls).toFixed(1).padStart(5);
    return `  ${handler.padEnd(22)} ${action.padEnd(28)} ${String(calls).padStart(7)} calls ${percent} % succeed`;
  });
  return ["Invariant handlers:", ...lines].join("\n");
}

/** Actions that were called often and succeed in under half of their calls. */
export function rarelySuccessful(totals: readonly ActionTotal[]): readonly ActionTotal[] {
  return totals.filter(({ calls, successes }) => calls >= MIN_CALLS && 100 * successes < MIN_SUCCESS_PERCENT * calls);
}

/** Prints the table after the Solidity tests and fails the run when an action rarely succeeds. */
export const handlerTablePlugin: HardhatPlugin = {
  id: "plimsoll-handler-table",
  hookHandlers: {
    test: async () => ({
      default: async () => ({
        onTestRunDone: async (context, id, next) => {
          const totals = handlerTotals(process.env);
          if (totals.length > 0) console.log(handlerTable(totals));
          for (const { handler, action } of rarelySuccessful(totals)) {
            console.error(
              `${handler}.${action} succeeds in under ${MIN_SUCCESS_PERCENT} % of its calls: shape its inputs.`,
            );
            process.exitCode = 1;
          }
          await next(context, id);
        },
      }),
    }),
  },
};
