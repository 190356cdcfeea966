/** Risk surface: what a new position of an asset would need, over moneyness, tenor and size, beside the static grid; and the volatility behind it. */
import { html, nothing, type TemplateResult } from "lit-html";
import type { z } from "zod";
import { PositionListSchema } from "../../api/contract/positions.ts";
import { RequirementsSchema } from "../../api/contract/requirements.ts";
import { SurfaceSchema } from "../../api/contract/surface.ts";
import type { Attempt } from "../core/ask.ts";
import { formatNumber, formatShare } from "../core/format.ts";
import { hasEnded, type Position } from "../core/order.ts";
import type { Page, Scene } from "../core/page.ts";
import { withQuery } from "../core/route.ts";
import { age } from "../parts/age.ts";
import { figures, panel, tag, unknown } from "../parts/bits.ts";
import { ratioGrid } from "../parts/ratio-grid.ts";
import { requirementPanel } from "../parts/requirement-table.ts";
import { volTable } from "../parts/vol-table.ts";

type Surface = z.infer<typeof SurfaceSchema>;

/** Surfaces by asset. */
export const SURFACE_PAGE: Page = {
  path: "surface",
  name: "Risk surface",
  isInNavigation: true,
  load: async ({ query }, ask) => {
    const { positions } = await ask.get("/v1/positions", PositionListSchema);
    const assets = [...new Set(positions.map(({ asset }) => asset))].toSorted();
    const asset = query.get("asset") ?? assets[0] ?? "";
    const surface = asset === "" ? null : await ask.find(`/v1/surface/${encodeURIComponent(asset)}`, SurfaceSchema);
    const wanted = `/v1/requirements/${encodeURIComponent(asset)}`;
    const requirements = asset === "" ? null : await ask.attempt(wanted, RequirementsSchema);
    return (scene) => view(assets, { asset, surface, positions, requirements }, scene);
  },
};

function view(assets: readonly string[], shown: Shown, scene: Scene): TemplateResult {
  const { asset, surface, requirements } = shown;
  return html`<h2>Risk surface ${asset === "" ? "" : html`<small>${asset}</small>`}</h2>
    <nav class="choices" aria-label="Asset">
      ${assets.map((one) => html`<a href=${withQuery(scene.route, { asset: one })} aria-current=${one === asset ? "true" : "false"}>${one}</a>`)}
    </nav>
    ${requirements === null ? nothing : panel("requirements", "ρ of new positions beside the static grid", requirementPanel(requirements, scene))}
    ${ratioPanel(shown, scene)} ${volPanel(surface, scene)}`;
}

interface Shown {
  readonly asset: string;
  readonly surface: Surface | null;
  readonly positions: readonly Position[];
  /** `null` without an asset. */
  readonly requirements: Attempt<z.infer<typeof RequirementsSchema>> | null;
}

/** What open positions need: places without one are empty, for nobody has asked there. */
function ratioPanel({ asset, surface, positions }: Omit<Shown, "requirements">, { status }: Scene): TemplateResult {
  const quoted = surface?.surface ?? null;
  if (quoted === null) {
    return panel(
      "ratios",
      "Open positions beside the static grid",
      html`<p class="empty">Unknown: without quotes the page knows no spot.</p>`,
    );
  }
  const nowSec = status.marketTimeSec;
  const market = { asset, spot: quoted.index, vol: quoted.factors.level30 ?? null, nowSec };
  const open = positions.filter((row) => !hasEnded(row, nowSec));
  return panel(
    "ratios",
    "Open positions beside the static grid",
    html`<p class="note">
        Mean target ρ of the open positions by distance out of the money and tenor; beside it what the static grid would ask, how
        many positions there are, and the smallest and the largest of them.
      </p>
      ${ratioGrid("put", open, market)} ${ratioGrid("call", open, market)}`,
  );
}

const FAULTS: Readonly<Record<string, string>> = {
  "no-chain": "no option quotes have arrived",
  "stale-chain": "the quotes are too old",
  "surface-failed": "the quotes allow no surface free of arbitrage",
};

function volPanel(state: Surface | null, { status }: Scene): TemplateResult {
  if (state === null)
    return panel(
      "vol",
      "Implied volatility",
      html`<p class="empty">Unknown: no round has looked for options of this asset.</p>`,
    );
  const { surface, fault } = state;
  if (surface === null) {
    const reason = fault === null ? "no reason is given" : (FAULTS[fault] ?? fault);
    return panel(
      "vol",
      "Implied volatility",
      html`<p class="empty">Unknown: ${reason}. The rules without quotes serve instead.</p>`,
    );
  }
  return panel(
    "vol",
    html`Implied volatility <small>${surface.sourceId}, quoted ${age(surface.quotedAtSec, status.marketTimeSec, 7_200)}</small>`,
    html`${figures([
      { name: "Index", value: `$ ${formatNumber(Math.round(surface.index))}` },
      { name: "Quotes", value: surface.quotes },
      {
        name: "Inside bid and ask",
        value: surface.quotes === 0 ? unknown() : formatShare(surface.quotesInside / surface.quotes),
      },
      {
        name: "Arbitrage",
        value: surface.arbitragePoints === 0 ? "none" : `${surface.arbitragePoints} places`,
        tone: surface.arbitragePoints > 0 ? "low" : undefined,
        note: `of ${surface.gridPoints} places`,
      },
      { name: "Repair", value: tag(surface.repair) },
      {
        name: "30 d level",
        value: surface.factors.level30 === undefined ? unknown() : formatShare(surface.factors.level30),
      },
    ])}
    ${volTable(surface)}`,
  );
}
