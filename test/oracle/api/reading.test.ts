/** How readers are treated: by address, by origin, by what they have already. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "mocha";
import { Registry } from "prom-client";
import { type ApiServer, createApiServer } from "../../../oracle/api/server.ts";
import { type ChangingView, createChangingView, positionRow } from "../../helpers/changing-view.ts";

const LIMIT = 3;

describe("reading the API", () => {
  let app: ApiServer;
  let view: ChangingView;
  beforeEach(async () => {
    view = createChangingView({ positions: [positionRow()] });
    app = await createApiServer({ view, metrics: new Registry(), pageDir: null, requestsPerMinute: LIMIT });
  });
  afterEach(async () => await app.close());

  const ask = (url: string, from = "192.0.2.1") => app.inject({ url, remoteAddress: from });

  it("error: API_RATE_LIMITED beyond the limit, by address, with the seconds to wait", async () => {
    for (let left = LIMIT - 1; left >= 0; left -= 1) {
      const { statusCode, headers } = await ask("/v1/risk");
      assert.deepEqual([statusCode, headers["ratelimit-remaining"]], [200, String(left)]);
    }
    const refused = await ask("/v1/positions");
    assert.deepEqual([refused.statusCode, refused.json().code], [429, "API_RATE_LIMITED"]);
    const wait = Number(refused.headers["retry-after"]);
    assert.ok(wait > 0 && wait <= 60, String(wait));
    assert.equal((await ask("/v1/positions", "192.0.2.2")).statusCode, 200);
  });

  it("behavior: probes and metrics are never limited, nor refused for what they carry", async () => {
    for (let count = 0; count <= LIMIT; count += 1) {
      assert.equal((await ask("/healthz?cache=1")).statusCode, 200);
      assert.equal((await ask("/metrics")).statusCode, 200);
    }
    assert.equal((await ask("/v1/risk")).headers["ratelimit-remaining"], String(LIMIT - 1));
  });

  it("behavior: 304 while the answer is the one that the reader has, 200 with another tag when it is not", async () => {
    const first = await ask("/v1/positions");
    const etag = String(first.headers.etag);
    const again = (held: string) => app.inject({ url: "/v1/positions", headers: { "if-none-match": held } });
    const same = await again(`"other", W/${etag}`);
    assert.deepEqual([same.statusCode, same.body, same.headers.etag], [304, "", etag]);
    view.set({ positions: [positionRow({ rhoBps: 2_001 })] });
    const changed = await again(etag);
    assert.equal(changed.statusCode, 200);
    assert.notEqual(changed.headers.etag, etag);
  });

  it("behavior: foreign pages may read and see the headers, and are told that they may do nothing else", async () => {
    const { headers } = await ask("/v1/risk");
    assert.equal(headers["access-control-allow-origin"], "*");
    assert.match(String(headers["access-control-expose-headers"]), /etag/);
    assert.equal(headers["access-control-allow-credentials"], undefined);
    const preflight = await app.inject({
      method: "OPTIONS",
      url: "/v1/risk",
      headers: { origin: "https://a.example" },
    });
    assert.equal(preflight.statusCode, 204);
    assert.equal(preflight.headers["access-control-allow-methods"], "GET, HEAD");
  });
});
