/** Runs every check, two at a time, one line each with its time; exit code 1 when any fails. `--only name` runs one. */
import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { delimiter, join } from "node:path";

const SOLIDITY = "contracts/**/*.sol";
const SOLIDITY_TESTS = "test/contracts/**/*.sol";

/** More would compete for memory: a compiler takes two gigabytes. */
const MAX_LANES = 2;

/** Command and arguments of each check, the longest first; commands are the project's own, from node_modules/.bin. */
const CHECKS = {
  "solidity code": ["node", ["scripts/checks/solidity-code.ts"]],
  "solidity build": ["node", ["scripts/checks/solidity.ts"]],
  format: ["biome", ["ci", "--error-on-warnings", "."]],
  types: ["tsc", ["-p", "."]],
  "page types": ["tsc", ["-p", "oracle/dashboard", "--noEmit"]],
  layers: ["depcruise", ["--config", ".dependency-cruiser.cjs", "oracle"]],
  "dead code": ["knip", ["--no-progress"]],
  sizes: ["node", ["scripts/checks/sizes.mjs"]],
  docs: ["node", ["scripts/checks/docs.mjs"]],
  "api document": ["node", ["scripts/generate/openapi.ts", "--check"]],
  "solidity format": ["prettier", ["--check", SOLIDITY, SOLIDITY_TESTS]],
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

async function judge(name) {
  const startedAt = performance.now();
  const { code, text } = await run(CHECKS[name]);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  if (code !== 0) process.stdout.write(`${text.trimEnd()}\n`);
  console.log(`${code === 0 ? "ok  " : "FAIL"} ${name.padEnd(16)} ${seconds} s`);
  return code === 0;
}

async function main() {
  const names = selected();
  const waiting = [...names];
  let passed = 0;
  const lane = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) if (await judge(name)) passed += 1;
  };
  await Promise.all(Array.from({ length: Math.min(MAX_LANES, availableParallelism()) }, lane));
  console.log(`checks: ${passed} passing, ${names.length - passed} failing`);
  if (passed < names.length) process.exitCode = 1;
}

main().catch((error) => {
  console.error(`check: ${error.message}`);
  process.exitCode = 1;
});
