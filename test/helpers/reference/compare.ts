/** Compares a world of the model with the chain to the unit; differences come back as printable lines. */
import { insuranceFundAbi } from "../../../oracle/chain/abi/insurance-fund.ts";
import { riskOracleAbi } from "../../../oracle/chain/abi/risk-oracle.ts";
import type { Address } from "../../../oracle/domain/units.ts";
import type { Answer, Chain } from "./chain.ts";
import { coverOf, figuresOf, sharesOf, ticketOf } from "./fund.ts";
import { balanceWords, seriesIdsOf, vaultWords } from "./pack.ts";
import type { Outcome } from "./step.ts";
import type { World } from "./world.ts";

/** Status of a cover by its number. */
const STATUSES = [undefined, "OPEN", "DONE"];

/** Difference between what the model says of a call and what the chain did, or `null`. */
export function callDifference(expected: Outcome, actual: Answer): string | null {
  if (expected.ok && actual.ok) {
    const [wanted, found] = [canonical(expected.returned), canonical(actual.returned)];
    return wanted === found ? null : `returned ${found}, the model says ${wanted}`;
  }
  const [wanted, found] = [describe(expected), describe(actual)];
  return wanted === found ? null : `the chain: ${found}; the model: ${wanted}`;
}

/** Differences of everything that calls can have changed. */
export async function stateDifferences(chain: Chain, world: World): Promise<readonly string[]> {
  const words = await Promise.all(
    [...vaultWords(world), ...balanceWords(world)].map(async ({ label, address, slot, value }) => {
      const found = await chain.storage(address, slot);
      return found === value ? null : `${label}: ${found} on chain, ${value} in the model`;
    }),
  );
  const parts = [...words, ...(await oracleDifferences(chain, world))];
  for (const { fund } of world.setup.funds) parts.push(...(await fundDifferences(chain, world, fund)));
  return parts.filter((part) => part !== null);
}

async function oracleDifferences(chain: Chain, world: World): Promise<readonly (string | null)[]> {
  const target = { to: world.setup.oracle, abi: riskOracleAbi };
  const ids = Array.from({ length: world.positionCount }, (_, index) => index + 1);
  const classIds = [...world.setup.classes.keys()];
  const words = await chain.read({ ...target, functionName: "positionWords", args: [0, ids.map(BigInt)] });
  const quantiles = await chain.read({ ...target, functionName: "classWords", args: [classIds] });
  const epoch = await chain.read({ ...target, functionName: "lastEpoch", args: [] });
  return [
    differenceOf(
      "ratio words",
      words,
      ids.map((id) => world.words.get(id) ?? 0n),
    ),
    differenceOf(
      "class words",
      quantiles,
      classIds.map((id) => world.quantiles.get(id) ?? 0n),
    ),
    differenceOf("report epoch", epoch, world.reportEpoch),
  ];
}

async function fundDifferences(chain: Chain, world: World, fund: Address): Promise<readonly (string | null)[]> {
  const read = async (functionName: string, args: readonly unknown[] = []) =>
    await chain.read({ to: fund, abi: insuranceFundAbi, functionName, args });
  const figures = figuresOf(world, fund);
  const differences = [
    differenceOf(`${fund} assets`, await read("totalAssets"), figures.assets),
    differenceOf(`${fund} reserved`, await read("reserved"), figures.reserved),
    differenceOf(`${fund} receivable`, await read("receivable"), figures.receivable),
    differenceOf(`${fund} open series`, await read("openSeries"), figures.openSeries),
    differenceOf(`${fund} supply`, await read("totalSupply"), figures.supply),
  ];
  for (const account of [...world.setup.actors, fund]) {
    const label = `${fund} of ${account}`;
    differences.push(
      differenceOf(`${label} shares`, await read("balanceOf", [account]), sharesOf(world, fund, account)),
    );
    differences.push(
      differenceOf(`${label} exit`, await read("exitTicket", [account]), ticketOf(world, fund, account)),
    );
  }
  for (const seriesId of seriesIdsOf(world)) {
    const cover = coverOf(world, fund, seriesId) ?? { reserved: 0n, loss: 0n, status: undefined };
    const expected = { ...cover, status: STATUSES.indexOf(cover.status) };
    differences.push(differenceOf(`${fund} cover of ${seriesId}`, await read("seriesCover", [seriesId]), expected));
  }
  return differences;
}

function differenceOf(label: string, found: unknown, wanted: unknown): string | null {
  const [left, right] = [canonical(found), canonical(wanted)];
  return left === right ? null : `${label}: ${left} on chain, ${right} in the model`;
}

function describe(outcome: Outcome | Answer): string {
  return outcome.ok
    ? `goes through, returns ${canonical(outcome.returned)}`
    : `${outcome.code}${canonical(outcome.args)}`;
}

/** Numbers of both kinds alike, fields in the order of their names. */
function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_, part: unknown) => {
      if (typeof part === "bigint" || typeof part === "number") return String(part);
      if (typeof part === "string") return part.toLowerCase();
      if (typeof part !== "object" || part === null || Array.isArray(part)) return part;
      return Object.fromEntries(Object.entries(part).sort(([left], [right]) => (left < right ? -1 : 1)));
    }) ?? "nothing"
  );
}
