/** Installs the packages when they are missing or out of date; otherwise returns at once. Node ≥ 18, no dependencies. */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const LOCK_FILE = join(ROOT, "package-lock.json");
const STAMP = join(ROOT, "node_modules", ".plimsoll-setup");
const MUTEX = join(ROOT, ".plimsoll-setup.lock");
/** Hardhat's native part is skipped silently when npm runs under Node 20: npm itself must run under this version. */
const NODE_PACKAGE = "node@24.21.0";
const WAIT_MS = 500;
const PROGRESS_MS = 15_000;

/** Everything goes to stderr: stdout belongs to the command that follows. */
function say(text) {
  process.stderr.write(`setup: ${text}\n`);
}

/** The lock file's content decides, not its time: a checkout gives every file a new time. */
function wantedStamp() {
  return createHash("sha256").update(readFileSync(LOCK_FILE)).digest("hex");
}

function isCurrent(stamp) {
  return existsSync(STAMP) && readFileSync(STAMP, "utf8").trim() === stamp;
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

/** Takes the right to install. Returns false while another living process has it. */
function takeMutex() {
  try {
    mkdirSync(MUTEX);
    writeFileSync(join(MUTEX, "pid"), String(process.pid));
    return true;
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
    return false;
  }
}

/** A holder that was killed leaves its folder behind; one that is about to write its number gets a moment to do so. */
async function dropStaleMutex() {
  const pidFile = join(MUTEX, "pid");
  if (!existsSync(pidFile)) {
    await pause(WAIT_MS);
    if (existsSync(MUTEX) && !existsSync(pidFile)) rmSync(MUTEX, { recursive: true, force: true });
    return;
  }
  const pid = Number(readIfPresent(pidFile));
  if (pid > 0 && !isAlive(pid)) rmSync(MUTEX, { recursive: true, force: true });
}

function readIfPresent(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // The holder has just finished and removed it.
    return "";
  }
}

function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Runs npm under the pinned Node; its output goes to stderr. Resolves to the exit code. */
function installPackages() {
  const environment = {
    ...process.env,
    // The bundled CPU library is enough; its install step would look for CUDA files on the network.
    ONNXRUNTIME_NODE_INSTALL: "skip",
    ORT_DISABLE_TELEMETRY: "1",
  };
  const npmArguments = ["-y", "-p", NODE_PACKAGE, "--", "npm", "ci", "--no-audit", "--no-fund"];
  const npx = process.platform === "win32" ? "npx.cmd" : "npx";
  const child = spawn(npx, npmArguments, {
    cwd: ROOT,
    env: environment,
    // npm's own output would otherwise mix with results on stdout.
    stdio: ["ignore", 2, 2],
    shell: process.platform === "win32",
  });
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => resolve(code ?? 1));
  });
}

async function install(stamp) {
  const startedAt = Date.now();
  const elapsed = () => `${Math.round((Date.now() - startedAt) / 1000)} s`;
  say("installing packages (first time about a minute) …");
  const progress = setInterval(() => say(`still installing, ${elapsed()} …`), PROGRESS_MS);
  try {
    const code = await installPackages();
    if (code !== 0) throw new Error(`npm ci ended with code ${code}; its messages are above`);
    writeFileSync(STAMP, `${stamp}\n`);
    say(`packages installed in ${elapsed()}.`);
  } finally {
    clearInterval(progress);
  }
}

async function main() {
  const stamp = wantedStamp();
  if (isCurrent(stamp)) return;
  let announced = false;
  while (!takeMutex()) {
    if (!announced) say("another process is installing; waiting for it …");
    announced = true;
    await dropStaleMutex();
    await pause(WAIT_MS);
  }
  try {
    // The process that was waited for may have done the work.
    if (!isCurrent(stamp)) await install(stamp);
  } finally {
    rmSync(MUTEX, { recursive: true, force: true });
  }
}

main().catch((error) => {
  say(`the packages could not be installed: ${error.message}.`);
  say(
    "Check that the npm registry can be reached (npm ping) and that this folder can be written, " +
      "then run the command again; if it fails once more, delete node_modules first.",
  );
  process.exitCode = 1;
});
