/** Storage layout of every contract, as the compiler lays it out, in a form that only changes when the layout does. */
import { z } from "zod";
import { type AstNode, childrenOf, textOf } from "../solidity/ast.ts";
import type { CompiledSources } from "../solidity/compile.ts";

const layoutSchema = z.object({
  storage: z.array(z.object({ label: z.string(), slot: z.string(), offset: z.number(), type: z.string() })).default([]),
  types: z
    .record(
      z.string(),
      z.object({
        label: z.string(),
        numberOfBytes: z.string(),
        members: z
          .array(z.object({ label: z.string(), slot: z.string(), offset: z.number(), type: z.string() }))
          .optional(),
        value: z.string().optional(),
        base: z.string().optional(),
      }),
    )
    .nullish(),
});

type Layout = z.infer<typeof layoutSchema>;

/** Lines per contract, "slot+offset label: type"; members of structs are indented below. */
export type StorageLayouts = Readonly<Record<string, readonly string[]>>;

/** Layouts of the contracts below `folder` that can be deployed and have storage, sorted by name. */
export function storageLayouts({ contracts, trees }: CompiledSources, folder: string): StorageLayouts {
  const found: [string, readonly string[]][] = [];
  for (const [source, named] of contracts) {
    if (!source.startsWith(folder)) continue;
    for (const [name, { storageLayout }] of Object.entries(named)) {
      if (isAbstract(trees.get(source), name)) continue;
      const layout = layoutSchema.safeParse(storageLayout);
      if (!layout.success || layout.data.storage.length === 0) continue;
      found.push([`${source}:${name}`, layout.data.storage.flatMap((entry) => linesOf(entry, layout.data))]);
    }
  }
  return Object.fromEntries(found.toSorted(([left], [right]) => (left < right ? -1 : 1)));
}

function isAbstract(tree: AstNode | undefined, name: string): boolean {
  const nodes = tree === undefined ? [] : childrenOf(tree, "nodes");
  return nodes.some((node) => textOf(node, "name") === name && node.abstract === true);
}

/** Pairs of a contract and the one that it runs by delegatecall on its own storage. */
const ON_ONE_STORAGE = [
  ["contracts/oracle/RiskOracle.sol:RiskOracle", "contracts/oracle/RiskOracleExtension.sol:RiskOracleExtension"],
  ["contracts/vault/OptionVault.sol:OptionVault", "contracts/vault/OptionVaultExtension.sol:OptionVaultExtension"],
] as const;

/** Pairs on one storage whose layouts differ, or are missing. */
export function brokenPairs(layouts: StorageLayouts, pairs: readonly (readonly [string, string])[] = ON_ONE_STORAGE) {
  return pairs.flatMap(([core, extension]) => {
    const [own, others] = [layouts[core], layouts[extension]];
    const isOne = own !== undefined && others !== undefined && own.join("\n") === others.join("\n");
    return isOne ? [] : [`${core} and ${extension} do not have one layout`];
  });
}

const MAX_DEPTH = 4;

type Entry = Layout["storage"][number];

function linesOf(entry: Entry, layout: Layout, depth = 0): readonly string[] {
  const type = layout.types?.[entry.type];
  const line = `${"  ".repeat(depth)}${entry.slot}+${entry.offset} ${entry.label}: ${type?.label} (${type?.numberOfBytes})`;
  // A struct may hold a mapping to itself.
  if (depth >= MAX_DEPTH) return [line];
  return [line, ...membersBelow(entry.type, layout).flatMap((member) => linesOf(member, layout, depth + 1))];
}

/** Members of a struct, also of one that a mapping or an array holds. */
function membersBelow(typeName: string, layout: Layout): readonly Entry[] {
  const type = layout.types?.[typeName];
  if (type?.members !== undefined) return type.members;
  const inner = type?.value ?? type?.base;
  return inner === undefined ? [] : membersBelow(inner, layout);
}

/** What differs, as printable lines; empty when nothing does. */
export function layoutDifferences(snapshot: StorageLayouts, actual: StorageLayouts): readonly string[] {
  const names = [...new Set([...Object.keys(snapshot), ...Object.keys(actual)])].toSorted();
  return names.flatMap((name) => {
    const [before, after] = [snapshot[name] ?? [], actual[name] ?? []];
    const gone = before.filter((line) => !after.includes(line));
    const added = after.filter((line) => !before.includes(line));
    const isMoved = gone.length === 0 && added.length === 0 && before.join("\n") !== after.join("\n");
    return [
      ...gone.map((line) => `${name}: - ${line}`),
      ...added.map((line) => `${name}: + ${line}`),
      ...(isMoved ? [`${name}: same lines in another order`] : []),
    ];
  });
}
