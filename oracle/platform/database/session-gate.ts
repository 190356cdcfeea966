/** Shares the one session of the embedded database between connections, without ever mixing their transactions. */
import { createFrontendReader, fatalError, greeting, readAnswer, simpleQuery } from "./wire.ts";

/** One client's end of the wire. */
export interface GateConnection {
  /** Bytes from the client. */
  receive(bytes: Uint8Array): void;
  /** The client went away: its open transaction is rolled back. */
  drop(): void;
}

/** How the gate reaches a client. */
export interface GateClient {
  send(bytes: Uint8Array): void;
  /** Ends the connection from the database's side. */
  hangUp(): void;
}

/** What the gate needs. */
export interface GateOptions {
  /** Runs protocol messages up to one synchronisation point and returns the answer. */
  readonly execute: (batch: Uint8Array) => Promise<Uint8Array>;
  readonly serverVersion: string;
  /** How long a transaction may do nothing while others wait, milliseconds. */
  readonly idleInTransactionLimitMs: number;
  /** The database failed beyond repair; nothing more will run. */
  readonly onFailure: (error: unknown) => void;
}

/** Lets clients in. */
export interface SessionGate {
  connect(client: GateClient): GateConnection;
  /** Resolves when every batch that is queued now has run. */
  drain(): Promise<void>;
}

/** SQLSTATE `idle_in_transaction_session_timeout` (PostgreSQL manual, appendix A). */
const IDLE_IN_TRANSACTION = "25P03";

interface Member {
  readonly client: GateClient;
  listens: boolean;
}

interface Work {
  /** `null` for the gate's own work. */
  readonly member: Member | null;
  readonly bytes: Uint8Array;
}

/** Creates the gate of one session. */
export function createSessionGate(options: GateOptions): SessionGate {
  const gate = new Gate(options);
  return { connect: (client) => gate.connect(client), drain: () => gate.drain() };
}

/** State machine of the session: a queue of work, and at most one member that owns an open transaction. */
class Gate {
  readonly #options: GateOptions;
  readonly #members = new Set<Member>();
  #queue: Work[] = [];
  #owner: Member | null = null;
  #running: Promise<void> | null = null;
  #idleTimer: NodeJS.Timeout | null = null;

  constructor(options: GateOptions) {
    this.#options = options;
  }

  connect(client: GateClient): GateConnection {
    const member: Member = { client, listens: false };
    const reader = createFrontendReader();
    this.#members.add(member);
    return {
      receive: (bytes) => {
        for (const unit of reader.push(bytes)) {
          if (unit.kind === "startup") client.send(greeting(this.#options.serverVersion));
          else if (unit.kind === "terminate") this.#drop(member);
          else this.#enqueue(member, unit.bytes, unit.listens);
        }
      },
      drop: () => this.#drop(member),
    };
  }

  async drain(): Promise<void> {
    while (this.#running !== null) await this.#running;
  }

  #enqueue(member: Member, bytes: Uint8Array, listens: boolean): void {
    member.listens ||= listens;
    this.#queue.push({ member, bytes });
    this.#pump();
  }

  #drop(member: Member): void {
    if (!this.#members.delete(member)) return;
    this.#queue = this.#queue.filter((work) => work.member !== member);
    if (this.#owner === member) this.#queue.unshift({ member: null, bytes: simpleQuery("ROLLBACK") });
    this.#pump();
  }

  #pump(): void {
    if (this.#running !== null) return;
    const work = this.#next();
    this.#watchOwner(work === null && this.#queue.length > 0);
    if (work === null) return;
    this.#running = this.#run(work).then(
      () => {
        this.#running = null;
        this.#pump();
      },
      (error: unknown) => this.#options.onFailure(error),
    );
  }

  /** First work that may run now: the owner's (or the gate's) while a transaction is open, otherwise the oldest. */
  #next(): Work | null {
    const index = this.#queue.findIndex(
      ({ member }) => this.#owner === null || member === null || member === this.#owner,
    );
    return index < 0 ? null : (this.#queue.splice(index, 1)[0] ?? null);
  }

  async #run(work: Work): Promise<void> {
    const answer = readAnswer(await this.#options.execute(work.bytes));
    this.#owner = answer.status === "I" ? null : work.member;
    // The client left while its statement ran, and left a transaction open.
    if (this.#owner !== null && !this.#members.has(this.#owner)) {
      this.#queue.unshift({ member: null, bytes: simpleQuery("ROLLBACK") });
    }
    for (const member of this.#members) {
      if (member.listens) for (const notification of answer.notifications) member.client.send(notification);
    }
    if (work.member !== null) work.member.client.send(answer.reply);
  }

  /** A transaction whose owner waits for another connection would stop everything: end it after a while. */
  #watchOwner(othersWait: boolean): void {
    if (!othersWait) {
      if (this.#idleTimer !== null) clearTimeout(this.#idleTimer);
      this.#idleTimer = null;
      return;
    }
    this.#idleTimer ??= setTimeout(() => this.#evictOwner(), this.#options.idleInTransactionLimitMs);
  }

  #evictOwner(): void {
    this.#idleTimer = null;
    const owner = this.#owner;
    if (owner === null) return;
    owner.client.send(fatalError(IDLE_IN_TRANSACTION, "transaction was idle while other connections waited"));
    this.#drop(owner);
    owner.client.hangUp();
  }
}
