/**
 * One operator's part in one round: observe, lead or follow, recompute, sign guard-first, collect the quorum. It owns no
 * clock and no socket; everything it does follows from messages and timers that are handed in.
 */
import { signCompact } from "../chain/compact-signature.ts";
import { reportDigest } from "../chain/typed-data.ts";
import type { Outcome } from "../domain/errors.ts";
import type {
  Observation,
  QuorumReport,
  ReportBundle,
  RoundSlot,
  SignedObservation,
  SignedReport,
} from "../domain/report.ts";
import type { Address, Hex } from "../domain/units.ts";
import { aggregate, isOfRound } from "./aggregate.ts";
import { type AttestationBook, createAttestationBook } from "./attestation-book.ts";
import { dissentingPositions } from "./dissent.ts";
import { leaderOrder } from "./leader-order.ts";
import { createObservationBook, type ObservationBook } from "./observation-book.ts";
import { signObservation, type VerifiedObservation } from "./observe.ts";
import type { Round, RoundCount, RoundDeps, RoundFault, RoundTerms } from "./round-types.ts";
import type { RoundMessage } from "./wire.ts";

type Proposal = Extract<RoundMessage, { kind: "proposal" }>;
type RoundResult = Outcome<QuorumReport, RoundFault>;

interface RoundState {
  readonly terms: RoundTerms;
  readonly deps: RoundDeps;
  readonly order: readonly string[];
  readonly observations: ObservationBook;
  readonly attestations: AttestationBook;
  readonly counts: Map<RoundCount, number>;
  /** Reports that this operator has recomputed, by digest. */
  readonly bundles: Map<Hex, ReportBundle>;
  /** Proposals of operators whose turn has not come. */
  readonly early: Map<string, Proposal>;
  readonly settle: (result: RoundResult) => void;
  readonly fail: (error: unknown) => void;
  own: VerifiedObservation | null;
  /** The proposal that this operator signed, or made. */
  accepted: Proposal | null;
  /** Place in the order up to which operators may lead. */
  rank: number;
  graceRunning: boolean;
  emptyAwaited: boolean;
  stopped: boolean;
  readonly cancels: (() => void)[];
}

/** Creates a round; nothing happens before {@link Round.start} or the first message. */
export function createRound(terms: RoundTerms, deps: RoundDeps): Round {
  const { promise, resolve, reject } = Promise.withResolvers<RoundResult>();
  // The caller may look at the result late; a failure is still delivered to it then.
  promise.catch(() => {});
  const state: RoundState = {
    terms,
    deps,
    order: leaderOrder(terms.operators, terms.view.slot).map((operator) => operator.toLowerCase()),
    observations: createObservationBook(terms.operators),
    attestations: createAttestationBook(terms.operators, terms.domain),
    counts: new Map(),
    bundles: new Map(),
    early: new Map(),
    settle: resolve,
    fail: reject,
    own: null,
    accepted: null,
    rank: 0,
    graceRunning: false,
    emptyAwaited: false,
    stopped: false,
    cancels: [],
  };
  return {
    start: async (own) => await guarded(state, async () => await start(state, own)),
    receive: async (message, from) => await guarded(state, async () => await receive(state, message, from)),
    result: promise,
    counts: () => Object.fromEntries(state.counts),
    stop: () => stop(state, "stopped"),
  };
}

/** A failure of the guard ends the round for this operator; it is handed to whoever awaits the result. */
async function guarded(state: RoundState, step: () => Promise<void>): Promise<void> {
  if (state.stopped) return;
  try {
    await step();
  } catch (error) {
    state.fail(error);
    stop(state, "stopped");
  }
}

function count(state: RoundState, name: RoundCount, amount = 1): void {
  if (amount > 0) state.counts.set(name, (state.counts.get(name) ?? 0) + amount);
}

function stop(state: RoundState, reason: RoundFault): void {
  if (state.stopped) return;
  state.stopped = true;
  for (const cancel of state.cancels) cancel();
  state.settle({ ok: false, reason });
}

function later(state: RoundState, delayMs: number, step: () => Promise<void>): void {
  state.cancels.push(state.deps.timers.after(delayMs, () => void guarded(state, step)));
}

async function start(state: RoundState, own: Observation | null): Promise<void> {
  const { timing } = state.terms;
  later(state, timing.deadlineMs, async () => stop(state, missing(state)));
  later(state, timing.progressMs, async () => await nextRank(state));
  if (own === null) return;
  const signed = await signObservation(own, state.deps);
  if (!signed.ok) return count(state, "guardConflict");
  state.own = signed.value;
  state.observations.file(signed.value);
  state.deps.broadcast({ kind: "observation", signed: signed.value });
  await lead(state);
}

/** What the round still lacks. */
function missing(state: RoundState): RoundFault {
  if (state.bundles.size > 0) return "too-few-attestations";
  const bundle = aggregate(state.observations.usable(), state.terms.view, { f: state.terms.f });
  return bundle.ok ? "no-proposal" : bundle.reason;
}

/** Nobody needs to wait for a proposal that cannot come: everyone has spoken, and the rules leave nothing of it. */
function endIfEmpty(state: RoundState): void {
  if (state.emptyAwaited || state.observations.heard() < state.terms.operators.length) return;
  state.emptyAwaited = true;
  later(state, state.terms.timing.graceMs, async () => {
    if (missing(state) === "nothing-to-report") state.settle({ ok: false, reason: "nothing-to-report" });
  });
}

/** Time for the next operator to lead; losses are mended by saying everything again. */
async function nextRank(state: RoundState): Promise<void> {
  state.rank += 1;
  later(state, state.terms.timing.progressMs, async () => await nextRank(state));
  if (state.own !== null) state.deps.broadcast({ kind: "observation", signed: state.own });
  const attested = state.attestations.of(state.terms.self);
  if (attested !== null) state.deps.broadcast({ kind: "attestation", signed: attested });
  for (const [sender, proposal] of [...state.early]) await considerProposal(state, proposal, sender);
  if (isLeading(state) && state.order[0] !== state.terms.self.toLowerCase()) count(state, "takeover");
  await lead(state, true);
}

function isLeading(state: RoundState): boolean {
  return mayLead(state, state.terms.self);
}

function mayLead(state: RoundState, operator: string): boolean {
  const place = state.order.indexOf(operator.toLowerCase());
  return place >= 0 && place <= state.rank;
}

async function receive(state: RoundState, message: RoundMessage, from: Address): Promise<void> {
  if (message.kind === "proposal") return await considerProposal(state, message, from);
  if (message.kind === "attestation") return await receiveAttestation(state, message.signed);
  if ((await learn(state, message.signed)) !== null) await lead(state);
}

/** Whether a message is of this round; if not, it is counted by reason and dropped. */
function isForSlot(state: RoundState, slot: RoundSlot): boolean {
  const own = state.terms.view.slot;
  if (slot.configDigest !== own.configDigest) count(state, "wrongConfig");
  else if (slot.epoch < own.epoch) count(state, "staleEpoch");
  else if (slot.epoch > own.epoch) count(state, "futureEpoch");
  else return true;
  return false;
}

/** Checks and files an observation; `null` when it is not one of this round by an operator of the set. */
async function learn(state: RoundState, signed: SignedObservation): Promise<VerifiedObservation | null> {
  if (!isForSlot(state, signed.observation.slot)) return null;
  if (!isOfRound(signed, state.terms.view)) {
    count(state, "otherAnchor");
    return null;
  }
  const verified = await state.observations.verify(signed);
  if (!verified.ok) {
    count(state, "invalidObservation");
    return null;
  }
  const filing = state.observations.file(verified.value);
  if (filing.kind === "conflict") await keepConflict(state, filing.first, verified.value);
  return verified.value;
}

async function keepConflict(state: RoundState, first: SignedObservation, second: SignedObservation): Promise<void> {
  count(state, "equivocation");
  const { slot, operator } = first.observation;
  await state.deps.evidence.save({ kind: "observation", slot, operator, messages: [first, second] });
}

/** Proposes, if it is this operator's turn: the proposal it has signed already, or a new one once it holds enough. */
async function lead(state: RoundState, repeat = false): Promise<void> {
  endIfEmpty(state);
  if (!isLeading(state)) return;
  if (state.accepted !== null) {
    // A second set would split the signatures, since the guard allows one report a slot.
    if (repeat) state.deps.broadcast(state.accepted);
    return;
  }
  const usable = state.observations.usable();
  if (usable.length < 2 * state.terms.f + 1) return;
  if (repeat || state.observations.heard() === state.terms.operators.length) return await propose(state);
  if (state.graceRunning) return;
  state.graceRunning = true;
  later(state, state.terms.timing.graceMs, async () => {
    if (state.accepted === null) await propose(state);
  });
}

async function propose(state: RoundState): Promise<void> {
  const observations = state.observations.usable();
  const bundle = aggregate(observations, state.terms.view, { f: state.terms.f });
  if (!bundle.ok) return;
  const digest = reportDigest(bundle.value.report, state.terms.domain);
  const proposal: Proposal = { kind: "proposal", observations, digest };
  state.accepted = proposal;
  state.deps.broadcast(proposal);
  state.bundles.set(digest, bundle.value);
  await attest(state, proposal, bundle.value);
}

async function considerProposal(state: RoundState, proposal: Proposal, from: string): Promise<void> {
  const sender = from.toLowerCase();
  if (state.bundles.has(proposal.digest)) return;
  if (!mayLead(state, sender)) {
    if (state.order.includes(sender)) state.early.set(sender, proposal);
    return;
  }
  state.early.delete(sender);
  const observations: VerifiedObservation[] = [];
  for (const signed of proposal.observations) {
    const verified = await learn(state, signed);
    if (verified === null) return count(state, "badProposal");
    observations.push(verified);
  }
  const bundle = aggregate(observations, state.terms.view, { f: state.terms.f });
  if (!bundle.ok) return count(state, "badProposal");
  if (reportDigest(bundle.value.report, state.terms.domain) !== proposal.digest) {
    return count(state, "recomputationDiffers");
  }
  state.bundles.set(proposal.digest, bundle.value);
  state.accepted ??= proposal;
  await attest(state, proposal, bundle.value);
}

/** Signs a recomputed report, if the guard allows, and tells everyone. */
async function attest(state: RoundState, proposal: Proposal, bundle: ReportBundle): Promise<void> {
  const { slot } = state.terms.view;
  const { digest } = proposal;
  const permission = state.deps.guard.authorise(slot, "report", digest);
  if (!permission.ok) {
    count(state, "guardConflict");
    return finish(state);
  }
  if (state.own !== null) {
    const { toleranceBps } = state.terms;
    const positions = dissentingPositions(state.own.observation, proposal.observations, toleranceBps);
    count(state, "dissentingPositions", positions);
  }
  const signature = await signCompact(state.deps.signer, digest);
  const attestation = { slot, digest, operator: state.terms.self, signature };
  const signed = { report: bundle.report, attestation };
  state.attestations.fileOwn(signed);
  state.deps.broadcast({ kind: "attestation", signed });
  finish(state);
}

async function receiveAttestation(state: RoundState, signed: SignedReport): Promise<void> {
  if (!isForSlot(state, signed.attestation.slot)) return;
  const filing = await state.attestations.file(signed);
  if (filing.kind === "invalid") return count(state, "invalidAttestation");
  if (filing.kind === "conflict") {
    count(state, "equivocation");
    const { slot, operator } = signed.attestation;
    await state.deps.evidence.save({ kind: "report", slot, operator, messages: [filing.first, signed] });
  }
  finish(state);
}

/** Settles the result as soon as a recomputed report has its quorum. */
function finish(state: RoundState): void {
  for (const [digest, bundle] of state.bundles) {
    const attestations = state.attestations.quorum(digest, state.terms.threshold);
    if (attestations !== null) state.settle({ ok: true, value: { bundle, digest, attestations } });
  }
}
