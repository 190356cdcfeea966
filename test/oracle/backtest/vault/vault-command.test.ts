/** `npm run backtest:vault` on a small synthetic market: what bad data get, and what good ones. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { z } from "zod";
import { hasCode } from "../../../../oracle/domain/errors.ts";
import { createRng } from "../../../../oracle/math/rng.ts";
import { planSegments } from "../../../../scripts/backtest/vault/plan-segments.ts";
import { runScript } from "../../../helpers/run-script.ts";
import { type TemporaryFolder, temporaryFolder } from "../../../helpers/temporary-folder.ts";

const SCRIPT = "scripts/backtest/vault.ts";
const HOUR = 3_600;
const DAY = 86_400;
const FIRST_SEC = Date.UTC(2023, 0, 1) / 1_000;
const DAYS = 97;
const figures = z.object({
  locked: z.number(),
  badDebtBps: z.number(),
  liquidations: z.number(),
  wrongful: z.number(),
  overCharge: z.number(),
});
const answerSchema = z.object({
  policies: z.object({ plimsoll: figures, static: figures, exchange: figures }),
  vsStatic: z.number(),
  vsExchange: z.number(),
  episodes: z.record(z.string(), z.unknown()),
});

/** Hourly bars of a seeded walk; one row near the end has no price. */
function hourly(asset: string, spot: number): string {
  const rng = createRng(`vault-command-${asset}`);
  let open = spot;
  const rows = Array.from({ length: DAYS * 24 }, (_, hour) => {
    const close = open * Math.exp(0.006 * rng.normal() * (rng.uniform() < 0.03 ? 4 : 1));
    const [high, low] = [Math.max(open, close) * 1.002, Math.min(open, close) / 1.002];
    const row = [FIRST_SEC + hour * HOUR, open, high, low, close, 1_000 + 500 * rng.uniform()];
    open = close;
    return hour === DAYS * 24 - 60 ? `${FIRST_SEC + hour * HOUR},NaN,NaN,NaN,NaN,1` : row.join(",");
  });
  return ["ts,open,high,low,close,volume", ...rows, ""].join("\n");
}

describe("npm run backtest:vault", () => {
  let folder: TemporaryFolder;
  before(() => {
    folder = temporaryFolder();
    writeFileSync(join(folder.path, "BTCUSDT_1h_2023.csv"), hourly("BTC", 30_000));
    writeFileSync(join(folder.path, "ETHUSDT_1h_2023.csv"), hourly("ETH", 2_000));
  });
  after(() => folder.remove());

  it("error: DATA_NOT_FOUND without hourly files, DATA_UNREADABLE without the folder", async () => {
    const empty = temporaryFolder();
    try {
      await assert.rejects(planSegments([empty.path], null), (error: unknown) => hasCode(error, "DATA_NOT_FOUND"));
      const missing = join(empty.path, "nowhere");
      await assert.rejects(planSegments([missing], null), (error: unknown) => hasCode(error, "DATA_UNREADABLE"));
    } finally {
      empty.remove();
    }
  });

  it("error: VAULT_WINDOW_EMPTY for a window after the last bar", async () => {
    const fromSec = FIRST_SEC + DAYS * DAY - HOUR;
    const rejected = planSegments([folder.path], fromSec);
    await assert.rejects(rejected, (error: unknown) => hasCode(error, "VAULT_WINDOW_EMPTY"));
    const { code, stderr } = await runScript(SCRIPT, ["--data", folder.path, "--from", "2030-01-01", "--json"]);
    assert.equal(code, 1);
    assert.match(stderr, /VAULT_WINDOW_EMPTY/);
  });

  it("default: segments begin after 90 days of history, follow each other, and live on after their openings", async () => {
    const { window, segments } = await planSegments([folder.path], null);
    assert.equal(window.fromSec, FIRST_SEC + 91 * DAY);
    assert.deepEqual(
      segments.map(({ assets, fromSec, toSec }) => [[...assets], fromSec, toSec]),
      [[["BTC", "ETH"], window.fromSec, window.toSec]],
    );
  });

  it("default: one JSON object with the documented keys; rows without a price are left out", async () => {
    const args = ["--data", folder.path, "--json", "--from", "2023-04-03"];
    const { code, stdout, stderr } = await runScript(SCRIPT, args);
    assert.equal(code, 0, stderr);
    const answer = answerSchema.parse(JSON.parse(stdout));
    assert.ok(answer.policies.plimsoll.locked > 0);
    assert.ok(answer.policies.static.badDebtBps <= answer.policies.plimsoll.badDebtBps);
    assert.ok(answer.policies.exchange.badDebtBps <= answer.policies.plimsoll.badDebtBps);
  });
});
