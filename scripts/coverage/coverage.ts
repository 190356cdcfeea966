/** Coverage of contracts/ by the Solidity tests, against the gate: `npm run coverage [-- --json]`. */
import { spawn } from "node:child_process";
import { globSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { COVERAGE_GATE, type CoverageVerdict, judgeCoverage, parseCoverageTable } from "./coverage-table.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** Tests of gas measure the instrumented code here, so their limits do not hold. */
const GAS_TESTS = "GasOf|_Gas";
/** Files with nothing else are not compiled. */
const GAS_FILES = /Gas\.t\.sol$/;

/** Runs the tests with coverage; their own output goes to stderr. */
async function main(): Promise<boolean> {
  const asJson = process.argv.includes("--json");
  const startedAt = performance.now();
  const { code, output } = await runTests();
  const verdict = judgeCoverage(parseCoverageTable(output));
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  const testsPass = code === 0;
  const pass = verdict.pass && testsPass;
  console.log(asJson ? JSON.stringify({ ...verdict, testsPass, seconds, pass }) : describe(verdict, testsPass));
  return pass;
}

function runTests(): Promise<{ readonly code: number; readonly output: string }> {
  const hardhat = join(dirname(createRequire(import.meta.url).resolve("hardhat/package.json")), "dist/src/cli.js");
  const config = ["--config", "hardhat.coverage.config.ts"];
  // Handlers too: what an invariant test targets must have been named.
  const files = globSync("test/contracts/**/*.sol", { cwd: ROOT }).filter((path) => !GAS_FILES.test(path));
  const task = ["test", "solidity", "--coverage", "--grep-exclude", GAS_TESTS, ...files.toSorted()];
  const child = spawn(process.execPath, [hardhat, ...config, ...task], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
    process.stderr.write(chunk);
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code: code ?? 1, output: Buffer.concat(chunks).toString("utf8") }));
  });
}

function describe({ files, linePercent, statementPercent, pass }: CoverageVerdict, testsPass: boolean): string {
  const rows = files.map(
    ({ path, linePercent: line, statementPercent: statement, uncovered }) =>
      `${path.padEnd(48)} ${line.toFixed(2).padStart(6)} % ${statement.toFixed(2).padStart(6)} %  ${uncovered}`,
  );
  return [
    `${"file".padEnd(48)}   lines  statements  uncovered lines`,
    ...rows,
    `lines ${linePercent} % (at least ${COVERAGE_GATE.line}), statements ${statementPercent} % (at least ${COVERAGE_GATE.statement})`,
    testsPass ? (pass ? "pass" : "FAIL: below the gate") : "FAIL: a test failed",
  ].join("\n");
}

process.exitCode = (await main()) ? 0 : 1;
