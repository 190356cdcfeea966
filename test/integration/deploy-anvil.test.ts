/** The commands as a user gives them: deploy, verify, deploy again, on a chain that outlives its process in a file. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, before, describe, it } from "mocha";
import { http } from "viem";
import { z } from "zod";
import { ensureAnvil } from "../../scripts/deploy/anvil-process.ts";
import { ANVIL_KEY } from "../helpers/anvil.ts";
import { controlClient } from "../helpers/deployed-dao.ts";
import { freePort } from "../helpers/free-port.ts";
import { type TemporaryFolder, temporaryFolder } from "../helpers/temporary-folder.ts";

const ROOT = join(import.meta.dirname, "../..");
const RUN_MS = 180_000;
const addresses = z.record(
  z.string(),
  z.custom<`0x${string}`>((value) => typeof value === "string"),
);

const rehearsed = z.object({ pass: z.boolean(), moments: z.array(z.unknown()) });

describe("deploy and verify on anvil", function () {
  this.timeout(RUN_MS);
  let folder: TemporaryFolder;
  let rpcUrl: string;

  before(async () => {
    folder = temporaryFolder();
    rpcUrl = `http://127.0.0.1:${await freePort()}`;
  });

  after(() => folder.remove());

  async function command(
    script: string,
    further: readonly string[] = [],
    environment: Readonly<Record<string, string>> = {},
  ) {
    const flags = ["--network", "anvil", "--dir", folder.path, "--rpc-url", rpcUrl, ...further];
    const child = spawn(process.execPath, [join(ROOT, `scripts/deploy/run-${script}.ts`), ...flags], {
      cwd: ROOT,
      env: { ...process.env, ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
    return { stdout, stderr, code };
  }

  const output = (file: string): string => readFileSync(join(folder.path, "anvil", file), "utf8");

  async function listens(): Promise<boolean> {
    const transport = http(rpcUrl, { retryCount: 0 })({});
    return await transport.request({ method: "eth_chainId" }).then(
      () => true,
      () => false,
    );
  }

  it("error: verify without a deployment", async () => {
    const { code, stderr } = await command("verify");
    assert.equal(code, 1);
    assert.match(stderr, /DEPLOYMENT_MISSING/);
  });

  it("default: deploys with a key, verifies itself, and leaves nothing running", async () => {
    const { code, stdout, stderr } = await command("deploy", [], { PLIMSOLL_DEPLOYER_KEY: ANVIL_KEY });
    assert.equal(code, 0, stderr);
    assert.match(stdout, /verified:/);
    assert.equal(await listens(), false);
    assert.ok(existsSync(join(folder.path, "anvil-state.json")));
    const steps = z.array(z.object({ step: z.string(), hash: z.string() })).parse(JSON.parse(output("receipts.json")));
    assert.equal(steps.at(-1)?.step, "Plimsoll#renounce_admin");
  });

  it("behavior: verify finds the same chain again, deploy has nothing left to do", async () => {
    const [before, receipts] = [output("addresses.json"), output("receipts.json")];
    const verified = await command("verify");
    assert.equal(verified.code, 0, verified.stderr);
    const again = await command("deploy");
    assert.equal(again.code, 0, again.stderr);
    assert.deepEqual([output("addresses.json"), output("receipts.json")], [before, receipts]);
  });

  it("behavior: an upgrade is rehearsed on it, and leaves it as it was", async () => {
    const { code, stdout, stderr } = await command("rehearse", ["--json"]);
    assert.equal(code, 0, stderr);
    const { pass, moments } = rehearsed.parse(JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? ""));
    assert.deepEqual([pass, moments.length], [true, 3]);
    const verified = await command("verify");
    assert.equal(verified.code, 0, verified.stderr);
  });

  it("behavior: a foreign code hash fails the command, and a chain that was running keeps running", async () => {
    const stateFile = join(folder.path, "anvil-state.json");
    const chain = await ensureAnvil({ rpcUrl, chainId: 31_337, stateFile });
    assert.ok(chain.started);
    try {
      const { priceGuard } = addresses.parse(JSON.parse(output("addresses.json")));
      assert.ok(priceGuard);
      await controlClient(rpcUrl).setCode({ address: priceGuard, bytecode: "0x00" });
      const { code, stderr } = await command("verify");
      assert.equal(code, 1);
      assert.match(stderr, /differs: priceGuard\.code: expected 0x[0-9a-f]{64}, found 0x[0-9a-f]{64}/);
      assert.equal(await listens(), true);
    } finally {
      await chain.stop();
    }
    assert.equal(await listens(), false);
  });

  it("behavior: a chain begun anew forgets the old deployment", async () => {
    const before = output("salt.json");
    rmSync(join(folder.path, "anvil-state.json"));
    const { code, stderr } = await command("deploy");
    assert.equal(code, 0, stderr);
    assert.notEqual(output("salt.json"), before);
  });
});
