/** The route of the hedging advisor: bad questions are the caller's fault and say so, good ones are answered in full. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import { Registry } from "prom-client";
import { type ApiServer, createApiServer } from "../../../oracle/api/server.ts";
import { createHedger, type Hedger } from "../../../oracle/models/hedger/hedger.ts";
import { adviseHedge } from "../../../oracle/pipeline/hedging/advise-hedge.ts";
import { createChangingView } from "../../helpers/changing-view.ts";

const GOOD = "kind=put&spot=60000&strike=58000&days=3&impliedVol=0.6";

describe("GET /v1/hedge", () => {
  let hedger: Hedger;
  let app: ApiServer;
  before(async () => {
    hedger = await createHedger(import.meta.dirname);
    const view = createChangingView({});
    const deps = { view, metrics: new Registry(), pageDir: null };
    app = await createApiServer({ ...deps, advise: (question) => adviseHedge(question, hedger) });
  });
  after(async () => {
    await app.close();
    await hedger.close();
  });

  it("error: API_BAD_REQUEST for what is missing or no number, HEDGE_QUESTION_INVALID for what is out of range", async () => {
    for (const [query, code] of [
      ["kind=put", "API_BAD_REQUEST"],
      [`${GOOD}&size=many`, "API_BAD_REQUEST"],
      [GOOD.replace("0.6", "60"), "HEDGE_QUESTION_INVALID"],
      [GOOD.replace("days=3", "days=-3"), "HEDGE_QUESTION_INVALID"],
    ]) {
      const answer = await app.inject({ url: `/v1/hedge?${query}` });
      assert.equal(answer.statusCode, 400, answer.body);
      assert.equal(answer.json().code, code);
    }
  });

  it("error: HEDGE_BUSY beyond four open questions, with a time to ask again; then answers as before", async () => {
    let opened = 0;
    let release = (): void => undefined;
    const released = new Promise<void>((done) => (release = done));
    let arrived = (): void => undefined;
    const full = new Promise<void>((done) => (arrived = done));
    const busy = await createApiServer({
      ...{ view: createChangingView({}), metrics: new Registry(), pageDir: null },
      advise: async (question) => {
        opened += 1;
        if (opened === 4) arrived();
        await released;
        return await adviseHedge(question, hedger);
      },
    });
    const ask = () => busy.inject({ url: `/v1/hedge?${GOOD}` });
    const first = Promise.all([ask(), ask(), ask(), ask()]);
    await full;
    const refused = await ask();
    assert.deepEqual([refused.statusCode, refused.json().code], [503, "HEDGE_BUSY"]);
    assert.equal(refused.headers["retry-after"], "2");
    release();
    const codes = [...(await first), await ask()].map(({ statusCode }) => statusCode);
    assert.deepEqual(codes, [200, 200, 200, 200, 200]);
    await busy.close();
  });

  it("default: answers band, trade and outlook, and stands in the OpenAPI document", async () => {
    const answer = await app.inject({ url: `/v1/hedge?${GOOD}&held=-0.2` });
    assert.equal(answer.statusCode, 200, answer.body);
    const { lowerCoins, upperCoins, tradeCoins, advised, unhedged } = answer.json();
    assert.ok(lowerCoins < upperCoins && tradeCoins < 0 && advised.tailLossUsd < unhedged.tailLossUsd);
    const document = (await app.inject({ url: "/v1/openapi.json" })).json();
    assert.ok(document.paths["/v1/hedge"] !== undefined);
  });
});
