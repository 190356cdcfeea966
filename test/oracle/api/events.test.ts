/** The stream of changes: limits first, then what is lost and said to be lost, then what arrives and is resumed. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { afterEach, describe, it } from "mocha";
import { Registry } from "prom-client";
import { type FollowedEvent, followEvents } from "../../../oracle/api/client/follow-events.ts";
import { createEventFeed } from "../../../oracle/api/events/event-feed.ts";
import { type RunningApi, startApi } from "../../../oracle/api/server.ts";
import { hasCode } from "../../../oracle/domain/errors.ts";
import type { ViewChange } from "../../../oracle/domain/view-change.ts";
import { type ChangingView, createChangingView, reportRow, VIEW_TIME_SEC } from "../../helpers/changing-view.ts";

const RETRY_MS = 5;
/** Characters that certainly hold the last event. */
const TAIL = 500;

describe("GET /v1/events", () => {
  let api: RunningApi;
  let view: ChangingView;
  let ending: AbortController;

  async function start(port = 0, kept = 10, over: Parameters<typeof startApi>[0]["eventLimits"] = {}): Promise<void> {
    view = createChangingView({});
    ending = new AbortController();
    const deps = { view, metrics: new Registry(), pageDir: null, keptEvents: kept, eventLimits: over };
    api = await startApi(deps, { host: "127.0.0.1", port });
  }
  afterEach(async () => {
    ending.abort();
    await api.close();
  });

  const positions = (count: number): ViewChange => ({
    ...{ kind: "positions", marketTimeSec: VIEW_TIME_SEC, positions: count },
  });

  /** Reads events one by one; the connection is open when this resolves. */
  async function open(after?: string, onBreak?: (reason: unknown) => void) {
    const connected = Promise.withResolvers<void>();
    const events = followEvents({
      ...{ baseUrl: api.url, signal: ending.signal, retryMs: RETRY_MS },
      ...(after === undefined ? {} : { after }),
      ...(onBreak === undefined ? {} : { onBreak }),
      fetch: async (...request) => {
        const response = await fetch(...request);
        connected.resolve();
        return response;
      },
    });
    const first = events.next();
    await connected.promise;
    let pending: ReturnType<typeof events.next> | null = first;
    return async (): Promise<FollowedEvent> => {
      const { value } = await (pending ?? events.next());
      pending = null;
      assert.ok(value !== undefined, "the stream has ended");
      return value;
    };
  }

  it("error: EVENTS_FULL beyond the streams of one address, with a time to come again", async () => {
    await start(0, 10, { perAddress: 1 });
    await open();
    const refused = await fetch(`${api.url}/v1/events`);
    assert.equal(refused.status, 503);
    assert.equal(refused.headers.get("retry-after"), "5");
    const broken = Promise.withResolvers<unknown>();
    void (await open(undefined, broken.resolve));
    assert.ok(hasCode(await broken.promise, "CLIENT_STREAM_REFUSED"));
  });

  it("error: a reader who does not read is let go with a reason, and the others go on", async () => {
    await start(0, 1_000, { waitingBytes: 1_000_000, graceMs: 60_000 });
    const next = await open();
    const { port } = new URL(api.url);
    const slow = connect(Number(port), "127.0.0.1");
    slow.write("GET /v1/events HTTP/1.1\r\nhost: node\r\n\r\n");
    await once(slow, "readable");
    slow.pause();
    const long = "x".repeat(100_000);
    // Far more than the kernel holds back for a connection.
    for (let count = 0; count < 200; count += 1) {
      view.tell({ kind: "component", component: { name: long, state: "ok", reason: null, sinceSec: count } });
      assert.equal((await next()).data.kind, "component");
    }
    // Now it reads on, and finds the reason at the end of what still waited.
    let tail = "";
    for await (const part of slow) {
      tail = `${tail}${part}`.slice(-TAIL);
      if (tail.includes('"kind":"closed","reason":"slow"')) break;
    }
    view.tell(positions(3));
    assert.deepEqual((await next()).data, positions(3));
  });

  it("behavior: what is too long ago, or of another run, is a gap; what is kept follows it", async () => {
    await start(0, 2);
    const next = await open();
    for (const count of [1, 2, 3, 4]) view.tell(positions(count));
    const { id = "" } = await next();
    const late = await open(id);
    assert.deepEqual((await late()).data, { kind: "gap", reason: "forgotten" });
    assert.deepEqual([(await late()).data, (await late()).data], [positions(3), positions(4)]);
    const foreign = await open("0ther-1");
    assert.deepEqual((await foreign()).data, { kind: "gap", reason: "other-run" });
    assert.deepEqual((await foreign()).data, positions(3));
  });

  it("error: a header that is no place of this run is a gap, not everything without a word", async () => {
    await start();
    const feed = createEventFeed(view, "run");
    view.tell(positions(1));
    for (const lastId of ["run-x", "run-2", "other-1"]) assert.equal(feed.missedSince(lastId).gap, "other-run", lastId);
    assert.deepEqual(feed.missedSince("run-1"), { gap: null, events: [] });
    feed.close();
  });

  it("behavior: beats keep the stream alive, and the node's end is said", async () => {
    await start(0, 10, { beatMs: 1 });
    const response = await fetch(`${api.url}/v1/events`);
    assert.equal(response.headers.get("content-type"), "text/event-stream");
    assert.equal(response.headers.get("access-control-allow-origin"), "*");
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    assert.ok(reader !== undefined);
    let text = "";
    while (!text.includes(": beat")) text += (await reader.read()).value ?? assert.fail("ended early");
    await api.close();
    for (let part = await reader.read(); !part.done; part = await reader.read()) text += part.value;
    assert.match(text, /event: closed\ndata: \{"kind":"closed","reason":"shutdown"\}\n\n$/);
  });

  it("default: changes arrive in order; after a break the client goes on without loss", async () => {
    await start();
    const next = await open();
    view.tell({ kind: "report", report: reportRow() });
    const first = await next();
    assert.deepEqual(first.data, { kind: "report", report: reportRow() });
    const again = await open(first.id);
    view.tell(positions(1));
    view.tell({ kind: "proposal", id: "7", state: "queued", description: "Raise the floor" });
    for (const read of [next, again]) {
      assert.deepEqual((await read()).data, positions(1));
      assert.equal((await read()).data.kind, "proposal");
    }
  });

  it("behavior: when the node starts anew, the client comes back, is told of the gap and goes on", async () => {
    await start();
    const next = await open();
    view.tell(positions(1));
    await next();
    const { port } = new URL(api.url);
    const { signal } = ending;
    await api.close();
    assert.deepEqual((await next()).data, { kind: "closed", reason: "shutdown" });
    await start(Number(port));
    const gap = next();
    assert.deepEqual((await gap).data, { kind: "gap", reason: "other-run" });
    view.tell(positions(2));
    assert.deepEqual((await next()).data, positions(2));
    assert.equal(signal.aborted, false);
  });
});
