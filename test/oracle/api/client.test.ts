/** The client against a real server: refusals keep their codes, what is odd has a code of its own, answers are typed and checked. */
import assert from "node:assert/strict";
import { createServer, type RequestListener, type Server } from "node:http";
import { afterEach, beforeEach, describe, it } from "mocha";
import { Registry } from "prom-client";
import { createClient } from "../../../oracle/api/client/create-client.ts";
import { ROUTES } from "../../../oracle/api/contract/route-catalogue.ts";
import { type RunningApi, startApi } from "../../../oracle/api/server.ts";
import { hasCode } from "../../../oracle/domain/errors.ts";
import { type ChangingView, createChangingView, positionRow, VIEW_SOURCE } from "../../helpers/changing-view.ts";

describe("createClient", () => {
  let view: ChangingView;
  let api: RunningApi;
  beforeEach(async () => {
    view = createChangingView({ positions: [positionRow()] });
    api = await startApi({ view, metrics: new Registry(), pageDir: null }, { host: "127.0.0.1", port: 0 });
  });
  afterEach(async () => await api.close());

  it("error: CLIENT_QUESTION_INVALID before anything is sent", async () => {
    const client = createClient({
      baseUrl: api.url,
      fetch: async () => assert.fail("nothing may be sent"),
    });
    await assert.rejects(client.ask(ROUTES.position, { params: { id: "0x7" } }), (error) =>
      hasCode(error, "CLIENT_QUESTION_INVALID"),
    );
  });

  it("error: a refusal keeps its code, problem, remedy and status", async () => {
    const client = createClient({ baseUrl: `${api.url}/` });
    await assert.rejects(client.ask(ROUTES.position, { params: { id: "9" } }), (error) => {
      assert.ok(hasCode(error, "POSITION_UNKNOWN"));
      assert.equal(error.context.status, 404);
      assert.match(error.remedy, /\/v1\/positions/);
      return true;
    });
  });

  it("error: CLIENT_UNREACHABLE, CLIENT_TIMEOUT and CLIENT_ANSWER_UNKNOWN", async () => {
    const hangs = await serve(() => undefined);
    const odd = await serve((_request, response) => void response.end("<html>"));
    const foreign = await serve((_request, response) => void response.end('{"positions":[{}]}'));
    const silent = await serve(() => undefined);
    await close(silent.server);
    for (const [baseUrl, code] of [
      [hangs.url, "CLIENT_TIMEOUT"],
      [silent.url, "CLIENT_UNREACHABLE"],
      [odd.url, "CLIENT_ANSWER_UNKNOWN"],
      [foreign.url, "CLIENT_ANSWER_UNKNOWN"],
    ] as const) {
      const client = createClient({ baseUrl, timeoutMs: 200 });
      await assert.rejects(client.ask(ROUTES.positions), (error) => hasCode(error, code), code);
    }
    for (const { server } of [hangs, odd, foreign]) await close(server);
  });

  it("default: answers are those of the read model; a 503 of the readiness probe is an answer", async () => {
    const client = createClient({ baseUrl: api.url });
    const { positions } = await client.ask(ROUTES.positions);
    assert.deepEqual(positions, view.positions());
    const one = await client.ask(ROUTES.position, { params: { id: "7" }, query: { source: VIEW_SOURCE } });
    assert.equal(one.rhoTargetBps, 2_610);
    assert.equal((await client.ask(ROUTES.readiness)).status, "starting");
    assert.deepEqual(await client.ask(ROUTES.reports, { query: { limit: 3 } }), []);
  });

  it("behavior: an unchanged answer is confirmed by its tag and not sent again; a changed one is read", async () => {
    const statuses: number[] = [];
    const client = createClient({
      baseUrl: api.url,
      fetch: async (...request) => {
        const response = await fetch(...request);
        statuses.push(response.status);
        return response;
      },
    });
    const first = await client.ask(ROUTES.positions);
    assert.deepEqual(await client.ask(ROUTES.positions), first);
    view.set({ positions: [positionRow({ rhoBps: 2_001 })] });
    assert.equal((await client.ask(ROUTES.positions)).positions[0]?.rhoBps, 2_001);
    assert.deepEqual(statuses, [200, 304, 200]);
  });
});

async function serve(listener: RequestListener): Promise<{ readonly server: Server; readonly url: string }> {
  const server = createServer(listener);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  return { server, url: `http://127.0.0.1:${address.port}` };
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise<void>((done) => server.close(() => done()));
}
