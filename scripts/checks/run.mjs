/** Runs every check, one line each with its time; exit code 1 when any fails. `--only name` runs one. */
import { spawn } from "node:child_process";
import { delimiter, join } from "node:path";

const SOLIDITY = "contracts/**/*.sol";
const SOLIDITY_TESTS = "test/contracts/**/*.sol";

/** Command and arguments of each check; commands are the project's own, from node_modules/.bin. */
const CHECKS = {
  format: ["biome", ["ci", "--error-on-warnings", "."]],
  types: ["tsc", ["-p", "."]],
  "page types": ["tsc", ["-p", "oracle/dashboard", "--noEmit"]],
  layers: ["depcruise", ["--config", ".dependency-cruiser.cjs", "oracle"]],
  "dead code": ["knip", ["--no-progress"]],
  sizes: ["node", ["scripts/checks/sizes.mjs"]],
  docs: ["node", ["scripts/checks/docs.mjs"]],
  "solidity format": ["prettier", ["--check", SOLIDITY, SOLIDITY_TESTS]],
  "solidity build": ["node", ["scripts/checks/solidity.ts"]],
  "solidity lint": ["solhint", ["--disc", "--max-warnings", "0", SOLIDITY]],
};

const environment = { ...process.env, PATH: `${join("node_modules", ".bin")}${delimiter}${process.env.PATH}` };

function run([command, commandArguments]) {
  const child = spawn(command, commandArguments, { env: environment, shell: process.platform === "win32" });
  const output = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => output.push(chunk));
  return new Promise((resolve) => {
    child.once("error", (error) => resolve({ code: 1, text: error.message }));
    child.once("close", (code) => resolve({ code: code ?? 1, text: Buffer.concat(output).toString() }));
  });
}

function selected() {
  const only = process.argv.indexOf("--only");
  const wanted = only < 0 ? Object.keys(CHECKS) : [process.argv[only + 1] ?? ""];
  const unknown = wanted.filter((name) => !(name in CHECKS));
  if (unknown.length > 0)
    throw new Error(`no check named "${unknown[0]}"; there are: ${Object.keys(CHECKS).join(", ")}`);
  return wanted;
}

async function main() {
  const failed = [];
  for (const name of selected()) {
    const startedAt = performance.now();
    const { code, text } = await run(CHECKS[name]);
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    if (code !== 0) {
      failed.push(name);
      process.stdout.write(`${text.trimEnd()}\n`);
    }
    console.log(`${code === 0 ? "ok  " : "FAIL"} ${name.padEnd(16)} ${seconds} s`);
  }
  console.log(`checks: ${selected().length - failed.length} passing, ${failed.length} failing`);
  if (failed.length > 0) process.exitCode = 1;
}

main().catch((error) => {
  console.error(`check: ${error.message}`);
  process.exitCode = 1;
});
