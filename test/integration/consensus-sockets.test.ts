/** Four operators over real sockets on loopback: handshake, rounds, strangers, floods, lost links. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import { WebSocket } from "ws";
import { createPeerMesh, type PeerMesh, type PeerMeshOptions } from "../../oracle/consensus/peer-mesh.ts";
import { createRound } from "../../oracle/consensus/round.ts";
import { createRoundRouter } from "../../oracle/consensus/round-router.ts";
import type { Round } from "../../oracle/consensus/round-types.ts";
import { openSigningGuard, type SigningGuard } from "../../oracle/consensus/signing-guard.ts";
import { hasCode } from "../../oracle/domain/errors.ts";
import type { Address } from "../../oracle/domain/units.ts";
import { createRng } from "../../oracle/math/rng.ts";
import { WALL_CLOCK } from "../../oracle/platform/clock.ts";
import { SYSTEM_TIMERS } from "../../oracle/platform/timers.ts";
import { ACCOUNTS, ANCHOR, BUNDLE, DOMAIN, FREE_RULES, observationOf, SLOT } from "../oracle/consensus/cluster.ts";

const LOGGER = { info: () => {}, warn: () => {} };
const POSITIONS = 1_000;

function account(index: number) {
  const found = ACCOUNTS[index];
  if (found === undefined) throw new RangeError("no such account");
  return found;
}

async function openMesh(index: number, further: Partial<PeerMeshOptions> = {}): Promise<PeerMesh> {
  return await createPeerMesh({
    signer: account(index),
    listen: { host: "127.0.0.1", port: 0 },
    peers: [],
    clock: WALL_CLOCK,
    rng: createRng(index),
    logger: LOGGER,
    ...further,
  });
}

/** Meshes that know each other's ports. */
async function openMeshes(count: number, further: Partial<PeerMeshOptions> = {}): Promise<readonly PeerMesh[]> {
  const meshes = await Promise.all(Array.from({ length: count }, async (_, index) => await openMesh(index, further)));
  const peers = meshes.map((mesh, index) => ({
    address: account(index).address,
    url: `ws://127.0.0.1:${mesh.port}`,
  }));
  for (const mesh of meshes) mesh.dial(peers);
  await Promise.all(meshes.map(async (mesh) => await mesh.whenConnected(count - 1)));
  return meshes;
}

interface RoundParts {
  readonly index: number;
  readonly guard: SigningGuard;
  readonly operators: readonly Address[];
}

function roundOver(mesh: PeerMesh, { index, guard, operators }: RoundParts): Round {
  const view = { slot: SLOT, anchor: ANCHOR, bundleHash: BUNDLE, signerSetVersion: 1, reportLifeSec: 600 };
  const terms = {
    self: account(index).address,
    operators,
    f: 1,
    threshold: 3,
    domain: DOMAIN,
    view: { ...view, rules: FREE_RULES },
    timing: { graceMs: 200, progressMs: 5_000, deadlineMs: 20_000 },
    toleranceBps: 500,
  };
  return createRound(terms, {
    signer: account(index),
    guard,
    evidence: { save: async () => {} },
    timers: SYSTEM_TIMERS,
    broadcast: (message) => mesh.broadcast(message),
  });
}

describe("createPeerMesh", () => {
  const open: PeerMesh[] = [];
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "plimsoll-mesh-"));
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map(async (mesh) => await mesh.close()));
    rmSync(folder, { recursive: true, force: true });
  });

  it("error: PEER_PORT_BUSY", async () => {
    const first = await openMesh(0);
    open.push(first);
    const busy = openMesh(1, { listen: { host: "127.0.0.1", port: first.port } });
    await assert.rejects(busy, (error) => hasCode(error, "PEER_PORT_BUSY"));
  });

  it("behavior: a stranger, and a peer that answers with another key, are refused", async () => {
    const meshes = await openMeshes(2);
    open.push(...meshes);
    const [mesh] = meshes;
    assert.ok(mesh !== undefined);
    const stranger = await openMesh(4);
    open.push(stranger);
    stranger.dial([{ address: account(0).address, url: `ws://127.0.0.1:${mesh.port}` }]);
    const raw = new WebSocket(`ws://127.0.0.1:${mesh.port}`);
    const [challenge] = await once(raw, "message");
    assert.equal(JSON.parse(String(challenge)).kind, "challenge");
    const nonce = `0x${"01".repeat(32)}`;
    const signature = `0x${"01".repeat(64)}`;
    raw.send(JSON.stringify({ kind: "response", address: account(1).address, nonce, signature }));
    await once(raw, "close");
    assert.ok(mesh.counts().refused >= 1);
    assert.deepEqual(stranger.connected(), []);
  });

  it("behavior: a peer over its budget is cut off and linked again", async () => {
    const meshes = await openMeshes(2, { limits: { framesPerSec: 1, bytesPerSec: 1e6, burstSec: 3 } });
    open.push(...meshes);
    const [first, second] = meshes;
    assert.ok(first !== undefined && second !== undefined);
    const received: unknown[] = [];
    second.onMessage((message) => received.push(message));
    const message = { kind: "proposal", observations: [], digest: SLOT.configDigest } as const;
    for (let count = 0; count < 10; count += 1) first.broadcast(message);
    while (second.counts().overBudget === 0) await new Promise((resolve) => setImmediate(resolve));
    assert.ok(received.length <= 4);
    await Promise.all([first.whenConnected(1), second.whenConnected(1)]);
  });

  it("default: a quorum report over 1 000 positions, the same everywhere, guards on disk", async () => {
    const meshes = await openMeshes(4);
    open.push(...meshes);
    const operators = meshes.map((_, index) => account(index).address);
    const guards = await Promise.all(
      operators.map(
        async (operator, index) => await openSigningGuard({ path: join(folder, `guard-${index}`), operator }),
      ),
    );
    const rounds = meshes.map((mesh, index) => {
      const guard = guards[index];
      assert.ok(guard !== undefined);
      const router = createRoundRouter();
      mesh.onMessage((message, from) => router.deliver(message, from));
      return { round: roundOver(mesh, { index, guard, operators }), router };
    });
    const startedMs = WALL_CLOCK.nowMs();
    await Promise.all(
      rounds.map(async ({ round, router }, index) => {
        // Each operator begins only after it may have heard of the others' rounds.
        await round.start(observationOf(account(index).address, 1_000 + index, POSITIONS));
        router.attach(SLOT, round);
      }),
    );
    const results = await Promise.all(rounds.map(async ({ round }) => await round.result));
    process.stdout.write(
      `      quorum over ${POSITIONS} positions in ${Math.round(WALL_CLOCK.nowMs() - startedMs)} ms\n`,
    );
    const digests = results.map((result) => (result.ok ? result.value.digest : result.reason));
    assert.equal(new Set(digests).size, 1);
    assert.ok(results.every((result) => result.ok && result.value.bundle.entries.length === POSITIONS));
    for (const { round } of rounds) round.stop();
    await Promise.all(guards.map(async (guard) => await guard.close()));
  });
});
