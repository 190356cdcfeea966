/** Hardhat plugin: compiles one job in several parts, since npm's compiler has 32-bit memory for all that it writes. */
import type { HardhatPlugin } from "hardhat/types/plugins";
import type { CompilerInput, CompilerOutput } from "hardhat/types/solidity";

/**
 * Every test contract holds the code of all that it deploys, and instrumented code is long: written in one piece, the output of all tests is
 * more than the compiler can hold. Each part reads all files and writes those of its share only.
 */
const PARTS = 3;

/** Shares of the files, dealt out in turn, so that the large files of one folder do not meet. */
export function shareFiles(files: readonly string[], parts: number): readonly (readonly string[])[] {
  const shares = Array.from({ length: parts }, (_, part) => files.filter((_file, place) => place % parts === part));
  return shares.filter((share) => share.length > 0);
}

/** The same input, with what the compiler would write of every file asked for these files alone. */
export function inputOfShare(input: CompilerInput, share: readonly string[]): CompilerInput {
  const everyFile = input.settings.outputSelection["*"] ?? {};
  const outputSelection = Object.fromEntries(share.map((file) => [file, everyFile]));
  return { ...input, settings: { ...input.settings, outputSelection } };
}

/**
 * Outputs of parts as one. Every part lists all files and has the syntax trees of its share alone; an error or warning that several parts
 * repeat is kept once.
 */
export function joinOutputs(outputs: readonly CompilerOutput[]): CompilerOutput {
  const errors = new Map(
    outputs.flatMap((output) => output.errors ?? []).map((error) => [JSON.stringify(error), error]),
  );
  const sources: CompilerOutput["sources"] = {};
  for (const output of outputs) {
    for (const [file, source] of Object.entries(output.sources)) sources[file] = { ...sources[file], ...source };
  }
  return {
    errors: [...errors.values()],
    sources,
    contracts: Object.assign({}, ...outputs.map(({ contracts }) => contracts)),
  };
}

/** For `plugins` of a Hardhat configuration. */
export const compileInParts: HardhatPlugin = {
  id: "plimsoll-compile-in-parts",
  hookHandlers: {
    solidity: async () => ({
      default: async () => ({
        invokeSolc: async (context, compiler, input, config, next) => {
          const outputs: CompilerOutput[] = [];
          for (const share of shareFiles(Object.keys(input.sources).sort(), PARTS)) {
            const output = await next(context, compiler, inputOfShare(input, share), config);
            outputs.push(output);
            if (output.errors?.some(({ severity }) => severity === "error")) break;
          }
          return joinOutputs(outputs);
        },
      }),
    }),
  },
};
