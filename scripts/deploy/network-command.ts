/** What the commands about deployments have in common: flags, the list of differences, errors without a stack. */
import { Command } from "commander";
import { PlimsollError } from "../../oracle/domain/errors.ts";
import type { Difference } from "./verify/difference.ts";

/** A command with the flags of `openNetwork`. */
export function networkCommand(name: string, description: string) {
  return new Command(name)
    .description(description)
    .requiredOption("--network <name>", "folder below deployments/, or hardhat for a chain that ends with the command")
    .option("--rpc-url <url>", "RPC of the chain, instead of the configuration's")
    .option("--dir <path>", "parent of the output folder")
    .option("--parties <file>", "signers, guardian and token, instead of the network's parties.json");
}

/** Prints what differs and sets the exit code, or says that nothing does. */
export function reportDifferences(differences: readonly Difference[]): void {
  if (differences.length === 0) {
    console.log("verified: code, roles, bounds, markets, feeds, signers, models and wiring are as reviewed");
    return;
  }
  for (const { subject, expected, actual } of differences) {
    console.error(`differs: ${subject}: expected ${expected}, found ${actual}`);
  }
  console.error(`verify: ${differences.length} differences`);
  process.exitCode = 1;
}

/** Runs a command; the event loop ends by itself when everything is closed. */
export async function runCommand(command: Command): Promise<void> {
  try {
    await command.parseAsync();
  } catch (error) {
    console.error(error instanceof PlimsollError ? error.message : error);
    process.exitCode = 1;
  }
}
