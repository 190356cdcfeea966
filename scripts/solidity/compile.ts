/** Compiles Solidity in this process with the compiler from npm, without Hardhat: for tools that need syntax trees. */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { z } from "zod";
import { type AstNode, isNode } from "./ast.ts";

const solc = createRequire(import.meta.url)("solc");
/** The one function of npm's compiler that is used here. */
const compileStandard: (input: string, callbacks: { import: (path: string) => ImportAnswer }) => string = solc.compile;

type ImportAnswer = { readonly contents: string } | { readonly error: string };

const messageSchema = z.object({
  severity: z.string(),
  message: z.string(),
  formattedMessage: z.string().default(""),
  errorCode: z.string().default(""),
  sourceLocation: z.object({ file: z.string(), start: z.number(), end: z.number() }).optional(),
});

const bytecodeSchema = z.object({ object: z.string(), linkReferences: z.record(z.string(), z.unknown()).default({}) });

const contractSchema = z.object({
  abi: z.array(z.unknown()).default([]),
  storageLayout: z.unknown().optional(),
  evm: z.object({ bytecode: bytecodeSchema, deployedBytecode: bytecodeSchema }).partial().default({}),
});

const outputSchema = z.object({
  errors: z.array(messageSchema).default([]),
  sources: z.record(z.string(), z.object({ ast: z.unknown().optional() })).default({}),
  contracts: z.record(z.string(), z.record(z.string(), contractSchema)).default({}),
});

/** A warning or an error of the compiler. */
export type CompilerMessage = z.infer<typeof messageSchema>;
/** One compiled contract. */
export type CompiledContract = z.infer<typeof contractSchema>;

/** What to compile. */
export interface Compilation {
  /** Folder that source names are relative to; packages are found in its node_modules. */
  readonly root: string;
  /** Source names to start from; what they import is found by itself. */
  readonly entries: readonly string[];
  /** Texts that stand in for files. */
  readonly replaced?: ReadonlyMap<string, string>;
  /** Outputs per contract ("abi", "evm.bytecode", …), none for syntax trees alone. */
  readonly outputs: readonly string[];
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Whether syntax trees are asked for, as they are by default; of many files they take as long as code does. */
  readonly withTrees?: boolean;
}

/** Result of a compilation; with errors, trees and contracts may be missing. */
export interface CompiledSources {
  readonly errors: readonly CompilerMessage[];
  readonly warnings: readonly CompilerMessage[];
  readonly trees: ReadonlyMap<string, AstNode>;
  readonly contracts: ReadonlyMap<string, Readonly<Record<string, CompiledContract>>>;
}

/** Compiles for the EVM version of the project. */
export function compileSolidity(compilation: Compilation): CompiledSources {
  const { entries, outputs, settings = {}, withTrees = true } = compilation;
  const read = (name: string): ImportAnswer => readSource(compilation, name);
  const sources = Object.fromEntries(
    entries.map((name) => {
      const answer = read(name);
      if ("error" in answer) throw new RangeError(answer.error);
      return [name, { content: answer.contents }];
    }),
  );
  const input = {
    language: "Solidity",
    sources,
    settings: {
      evmVersion: "cancun",
      ...settings,
      outputSelection: { "*": { "": withTrees ? ["ast"] : [], "*": outputs } },
    },
  };
  const output = outputSchema.parse(JSON.parse(compileStandard(JSON.stringify(input), { import: read })));
  return {
    errors: output.errors.filter(({ severity }) => severity === "error"),
    warnings: output.errors.filter(({ severity }) => severity === "warning"),
    trees: new Map(Object.entries(output.sources).flatMap(([name, { ast }]) => (isNode(ast) ? [[name, ast]] : []))),
    contracts: new Map(Object.entries(output.contracts)),
  };
}

function readSource({ root, replaced }: Compilation, name: string): ImportAnswer {
  const standIn = replaced?.get(name);
  if (standIn !== undefined) return { contents: standIn };
  const path = [join(root, name), join(root, "node_modules", name)].find((candidate) => existsSync(candidate));
  return path === undefined ? { error: `${name} is not there.` } : { contents: readFileSync(path, "utf8") };
}
