/** One round in virtual time: liars, silence, lateness, equivocation, replays, lost messages. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { reportDigest } from "../../../oracle/chain/typed-data.ts";
import { aggregate } from "../../../oracle/consensus/aggregate.ts";
import { verifyEvidence } from "../../../oracle/consensus/evidence.ts";
import { leaderOrder } from "../../../oracle/consensus/leader-order.ts";
import { digestOf } from "../../../oracle/consensus/observe.ts";
import type { RoundTerms } from "../../../oracle/consensus/round-types.ts";
import type { Observation, QuorumReport } from "../../../oracle/domain/report.ts";
import {
  ACCOUNTS,
  ANCHOR,
  BUNDLE,
  type Cluster,
  createCluster,
  DOMAIN,
  FREE_RULES,
  type Network,
  observationOf,
  SLOT,
  signWithoutGuard,
} from "./cluster.ts";

const VIEW = { slot: SLOT, anchor: ANCHOR, bundleHash: BUNDLE, signerSetVersion: 1, reportLifeSec: 600 };
/** A chain that takes nothing, as under a breaker that pauses all that was proposed. */
const REFUSED_VIEW: RoundTerms["view"] = {
  ...VIEW,
  rules: {
    ...FREE_RULES,
    clampEntry: () => ({ ok: false, reason: "LOOSENING_PAUSED" }),
    clampQuantile: () => ({ ok: false, reason: "LOOSENING_PAUSED" }),
  },
};
const OPERATORS = ACCOUNTS.slice(0, 4).map(({ address }) => address);
const HONEST_RHO = [1_000, 1_010, 1_020, 1_030];
const DEADLINE_MS = 3_000;
/** Index of the first leader of the test slot. */
const LEADER = OPERATORS.findIndex((operator) => leaderOrder(OPERATORS, SLOT).indexOf(operator) === 0);
const FOLLOWERS = OPERATORS.map((_, index) => index).filter((index) => index !== LEADER);
const [FIRST = 0, SECOND = 0, THIRD = 0] = FOLLOWERS;

function honest(index: number): Observation {
  return observationOf(OPERATORS[index] ?? "0x", HONEST_RHO[index] ?? 0);
}

async function startAll(cluster: Cluster, without: readonly number[] = []): Promise<void> {
  for (const [index, member] of cluster.members.entries()) {
    if (!without.includes(index)) await member.round.start(honest(index));
  }
}

async function reportOf(cluster: Cluster, index: number): Promise<QuorumReport> {
  const result = await cluster.members[index]?.round.result;
  assert.ok(result?.ok === true, `operator ${index}: ${result?.ok === false ? result.reason : "none"}`);
  return result.value;
}

function assertHonestRange(report: QuorumReport, indexes: readonly number[]): void {
  const rho = indexes.map((index) => HONEST_RHO[index] ?? 0);
  for (const [place, entry] of report.bundle.entries.entries()) {
    assert.ok(entry.rhoBps >= Math.min(...rho) + place && entry.rhoBps <= Math.max(...rho) + place);
  }
}

const mute =
  (silent: readonly number[]): Network =>
  (from, to, _message, rng) =>
    silent.includes(from) || silent.includes(to) ? null : 1 + rng.integer(20);

describe("createRound", () => {
  it("default: four operators reach the same report with three ascending signatures", async () => {
    const cluster = createCluster();
    await startAll(cluster);
    await cluster.time.run(250);
    const reports = await Promise.all(OPERATORS.map((_, index) => reportOf(cluster, index)));
    assert.equal(new Set(reports.map(({ digest }) => digest)).size, 1);
    for (const { attestations, bundle } of reports) {
      const places = attestations.map(({ operator }) =>
        OPERATORS.findIndex((known) => known.toLowerCase() === operator.toLowerCase()),
      );
      assert.deepEqual(places, places.toSorted());
      assert.equal(attestations.length, 3);
      assert.equal(bundle.entries[0]?.rhoBps, 1_020);
    }
  });

  for (const lie of [0, 1, 9_000, 65_000]) {
    it(`behavior: a liar reporting ρ = ${lie} leaves the report within the honest range`, async () => {
      const cluster = createCluster();
      await startAll(cluster, [FIRST]);
      await cluster.members[FIRST]?.round.start(observationOf(OPERATORS[FIRST] ?? "0x", lie));
      await cluster.time.run(250);
      assertHonestRange(await reportOf(cluster, LEADER), [LEADER, SECOND, THIRD]);
      assert.equal(cluster.members[FIRST]?.round.counts().dissentingPositions, lie === 1_000 ? undefined : 5);
    });
  }

  it("behavior: what the rules refuse whole ends the round after the grace, not at its deadline", async () => {
    const cluster = createCluster({ terms: { view: REFUSED_VIEW } });
    await startAll(cluster);
    await cluster.time.run(250);
    const results = await Promise.all(cluster.members.map(({ round }) => round.result));
    assert.deepEqual(new Set(results.map((result) => !result.ok && result.reason)), new Set(["nothing-to-report"]));
  });

  it("behavior: with one of them silent the deadline tells the same reason", async () => {
    const cluster = createCluster({ terms: { view: REFUSED_VIEW }, network: mute([THIRD]) });
    await startAll(cluster, [THIRD]);
    await cluster.time.run(DEADLINE_MS);
    const result = await cluster.members[LEADER]?.round.result;
    assert.ok(result?.ok === false);
    assert.equal(result.reason, "nothing-to-report");
  });

  it("behavior: a silent follower costs only the grace", async () => {
    const cluster = createCluster({ network: mute([FIRST]) });
    await startAll(cluster, [FIRST]);
    await cluster.time.run(250);
    assertHonestRange(await reportOf(cluster, SECOND), [LEADER, SECOND, THIRD]);
  });

  it("behavior: a late follower still signs the report made without it", async () => {
    const late: Network = (from, _to, message, rng) =>
      from === FIRST && message.kind === "observation" ? 200 : 1 + rng.integer(10);
    const cluster = createCluster({ network: late });
    await startAll(cluster);
    await cluster.time.run(280);
    const report = await reportOf(cluster, FIRST);
    assert.equal(report.digest, (await reportOf(cluster, LEADER)).digest);
  });

  it("behavior: the next in order takes over from a silent leader", async () => {
    const cluster = createCluster({ network: mute([LEADER]) });
    await startAll(cluster, [LEADER]);
    await cluster.time.run(290);
    assert.deepEqual(
      cluster.members.map(({ round }) => round.counts().takeover),
      [undefined, undefined, undefined, undefined],
    );
    await cluster.time.run(700);
    assertHonestRange(await reportOf(cluster, FIRST), FOLLOWERS);
    assert.equal(cluster.members.filter(({ round }) => (round.counts().takeover ?? 0) > 0).length >= 1, true);
  });

  it("behavior: a proposal before its sender's turn waits for that turn", async () => {
    const order = leaderOrder(OPERATORS, SLOT);
    const usurper = OPERATORS.findIndex((operator) => order.indexOf(operator) === 1);
    const [watcher = 0] = FOLLOWERS.filter((index) => index !== usurper);
    // Nobody but the usurper is heard, so that nothing else can bring a report.
    const left: string[] = [];
    const cluster = createCluster({
      network: (from, _to, message) => {
        if (from === watcher) left.push(message.kind);
        return from === usurper ? 1 : null;
      },
    });
    await cluster.members[watcher]?.round.start(honest(watcher));
    const voices = await Promise.all(FOLLOWERS.map((index) => signWithoutGuard(index, honest(index))));
    const observations = voices.map((signed) => ({ ...signed, digest: digestOf(signed.observation) }));
    const bundle = aggregate(observations, { ...VIEW, rules: FREE_RULES }, { f: 1 });
    assert.ok(bundle.ok);
    const digest = reportDigest(bundle.value.report, DOMAIN);
    cluster.inject(usurper, { kind: "proposal", observations: voices, digest }, [watcher]);
    await cluster.time.run(290);
    assert.equal(left.includes("attestation"), false);
    await cluster.time.run(310);
    assert.equal(left.includes("attestation"), true);
  });

  it("behavior: two silent of four give no report and no partial result", async () => {
    const cluster = createCluster({ network: mute([FIRST, SECOND]) });
    await startAll(cluster, [FIRST, SECOND]);
    await cluster.time.run(DEADLINE_MS + 1);
    const result = await cluster.members[LEADER]?.round.result;
    assert.deepEqual(result, { ok: false, reason: "too-few-observations" });
  });

  it("behavior: conflicting observations are refused and kept as evidence that verifies by itself", async () => {
    const cluster = createCluster();
    await startAll(cluster, [FIRST]);
    const one = await signWithoutGuard(FIRST, observationOf(OPERATORS[FIRST] ?? "0x", 900));
    const two = await signWithoutGuard(FIRST, observationOf(OPERATORS[FIRST] ?? "0x", 1_100));
    cluster.inject(FIRST, { kind: "observation", signed: one });
    cluster.inject(FIRST, { kind: "observation", signed: two });
    await cluster.time.run(250);
    assertHonestRange(await reportOf(cluster, LEADER), [LEADER, SECOND, THIRD]);
    const [evidence] = cluster.members[LEADER]?.evidence ?? [];
    assert.ok(evidence !== undefined);
    assert.equal(await verifyEvidence(evidence, DOMAIN), true);
    assert.equal(cluster.members[LEADER]?.round.counts().equivocation, 1);
  });

  it("behavior: messages of another configuration, epoch or anchor are dropped and counted", async () => {
    const cluster = createCluster();
    await startAll(cluster);
    const base = honest(FIRST);
    const variants: readonly Observation[] = [
      { ...base, slot: { ...SLOT, configDigest: `0x${"11".repeat(32)}` } },
      { ...base, slot: { ...SLOT, epoch: SLOT.epoch - 1n } },
      { ...base, slot: { ...SLOT, epoch: SLOT.epoch + 1n } },
      { ...base, anchor: { ...base.anchor, blockHash: `0x${"22".repeat(32)}` } },
    ];
    for (const variant of variants) {
      cluster.inject(FIRST, { kind: "observation", signed: await signWithoutGuard(FIRST, variant) }, [LEADER]);
    }
    cluster.inject(FIRST, { kind: "observation", signed: await signWithoutGuard(SECOND, base) }, [LEADER]);
    await cluster.time.run(250);
    const { wrongConfig, staleEpoch, futureEpoch, otherAnchor, invalidObservation, equivocation } =
      cluster.members[LEADER]?.round.counts() ?? {};
    assert.deepEqual([wrongConfig, staleEpoch, futureEpoch, otherAnchor, invalidObservation], [1, 1, 1, 1, 1]);
    assert.equal(equivocation, undefined);
    await reportOf(cluster, LEADER);
  });

  it("behavior: a proposal whose digest is not what everyone recomputes is not signed", async () => {
    const cluster = createCluster({ network: (_from, to) => (to === LEADER ? null : 1) });
    await startAll(cluster, [LEADER]);
    const observations = await Promise.all(OPERATORS.map((_, index) => signWithoutGuard(index, honest(index))));
    cluster.inject(LEADER, { kind: "proposal", observations, digest: `0x${"33".repeat(32)}` });
    await cluster.time.run(250);
    assert.equal(cluster.members[FIRST]?.round.counts().recomputationDiffers, 1);
    const pending = await Promise.race([cluster.members[FIRST]?.round.result, Promise.resolve("open")]);
    assert.equal(pending, "open");
  });

  it("behavior: an operator whose guard has promised another report does not sign, the others do", async () => {
    const cluster = createCluster();
    cluster.members[FIRST]?.guard.authorise(SLOT, "report", `0x${"44".repeat(32)}`);
    await startAll(cluster);
    await cluster.time.run(250);
    const { attestations } = await reportOf(cluster, LEADER);
    const signer = OPERATORS[FIRST]?.toLowerCase();
    assert.equal(
      attestations.some(({ operator }) => operator.toLowerCase() === signer),
      false,
    );
    assert.equal(cluster.members[FIRST]?.round.counts().guardConflict, 1);
  });

  it("behavior: a third of all messages lost, every operator ends with the same report", async () => {
    for (let seed = 1; seed <= 5; seed += 1) {
      const lossy: Network = (_from, _to, _message, rng) => (rng.uniform() < 1 / 3 ? null : 1 + rng.integer(40));
      const cluster = createCluster({ seed, network: lossy });
      await startAll(cluster);
      await cluster.time.run(DEADLINE_MS + 1);
      const results = await Promise.all(cluster.members.map(({ round }) => round.result));
      const digests = new Set(results.flatMap((result) => (result.ok ? [result.value.digest] : [])));
      assert.ok(digests.size <= 1, `seed ${seed}: two reports`);
      assert.ok(
        results.some(({ ok }) => ok),
        `seed ${seed}: no report`,
      );
    }
  });
});
