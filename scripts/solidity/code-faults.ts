/** What stops sources from becoming code without the IR pipeline, which the tests and coverage do without: stacks that are too deep. */
import { type Compilation, type CompilerMessage, compileSolidity } from "./compile.ts";

/**
 * Errors of making code without IR and without the optimizer, whose work no depth of a stack hangs on and which takes most of the time.
 * Type errors too; a check of types or layouts alone makes no code and sees no stack.
 */
export function codeFaults(sources: Pick<Compilation, "root" | "entries" | "replaced">): readonly CompilerMessage[] {
  const settings = { viaIR: false, optimizer: { enabled: false } };
  return compileSolidity({ ...sources, outputs: ["evm.bytecode.object"], withTrees: false, settings }).errors;
}
