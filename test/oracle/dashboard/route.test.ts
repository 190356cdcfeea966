/** Addresses inside the page say everything that is shown, and nothing in them breaks the page. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { formatRoute, parseRoute, withQuery } from "../../../oracle/dashboard/core/route.ts";

describe("parseRoute", () => {
  it("behavior: what cannot be decoded is taken as it is", () => {
    assert.deepEqual(parseRoute("#/position/%E0%A4%A").path, ["position", "%E0%A4%A"]);
  });
  it("behavior: an address without a page is the vault's", () => {
    for (const hash of ["", "#", "#/", "#//"]) assert.deepEqual(parseRoute(hash).path, ["vault"]);
    assert.deepEqual([...parseRoute("#/?kind=put").query], [["kind", "put"]]);
  });
  it("default: path and filters there and back", () => {
    const address = formatRoute(["position", "0xab", "7/8"], new Map([["q", "a & b"]]));
    assert.equal(address, "#/position/0xab/7%2F8?q=a+%26+b");
    assert.deepEqual(parseRoute(address), { path: ["position", "0xab", "7/8"], query: new Map([["q", "a & b"]]) });
  });
});

describe("withQuery", () => {
  it("default: changes some filters, drops the empty ones, keeps the others", () => {
    const route = parseRoute("#/vault?kind=put&sort=score");
    assert.equal(withQuery(route, { kind: "", asset: "BTC" }), "#/vault?sort=score&asset=BTC");
  });
});
