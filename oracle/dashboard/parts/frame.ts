/** What surrounds every page: name, trust, navigation, breaker, footer. */
import { html, nothing, type TemplateResult } from "lit-html";
import { formatAddress, formatClock, formatTime } from "../core/format.ts";
import type { Page, Status } from "../core/page.ts";
import { formatRoute, type Route } from "../core/route.ts";
import { NAVIGATION } from "../pages/catalogue.ts";

/** How far the shown state can be trusted: `live`, `still` (market time does not move), or `unknown`. */
export interface Trust {
  readonly state: "live" | "still" | "unknown";
  readonly text: string;
}

/** What the frame shows. */
export interface FrameInput {
  readonly page: Page;
  readonly route: Route;
  readonly trust: Trust;
  /** `null` before the first answer. */
  readonly status: Status | null;
  /** When the page's own answer came, milliseconds; `null` before. */
  readonly askedAtMs: number | null;
  /** `null` while nothing is known. */
  readonly body: TemplateResult | null;
}

/** Draws the whole document body. */
export function frame(input: FrameInput): TemplateResult {
  const { page, trust, status, askedAtMs, body } = input;
  return html`
    <a class="skip" href="#main" @click=${skip}>To the content</a>
    <header>
      <div class="bar">
        <h1><a href=${formatRoute(["vault"])}>${mark()}Plimsoll</a></h1>
        <p id="status" role="status">${trust.text}</p>
        <p class="facts">
          ${status === null ? nothing : html`<span id="market">${status.dataSource} · market time ${marketTime(status)}</span>`}
          <span id="refreshed">${askedAtMs === null ? "" : `asked ${formatClock(askedAtMs)} UTC`}</span>
        </p>
      </div>
      <nav aria-label="Pages">
        <ul>
          ${NAVIGATION.map(
            (one) =>
              html`<li>
                <a href=${formatRoute([one.path])} aria-current=${isUnder(one, page) ? "page" : nothing}>${one.name}</a>
              </li>`,
          )}
        </ul>
      </nav>
    </header>
    <main id="main" tabindex="-1">
      ${status === null ? nothing : breakerBanner(status.breaker)}
      ${body ?? html`<h2>${page.name}</h2><p class="empty">${trust.text.startsWith("state unknown") ? "Unknown: no answer yet." : "Asking the node …"}</p>`}
    </main>
    <footer>
      <p>
        <b>ρ</b> is the share of the largest possible time value that must be posted: also the sudden move the position
        survives. <b>π</b> is what a liquidation may take, in the same unit. <b>Score</b> 200 means a one in a hundred
        chance that closing costs more than the collateral. <b>Health</b> below 1 can be liquidated.
      </p>
      <p>
        <a href="/v1/openapi.json">API</a> · <a href="/metrics">metrics</a> ·
        <span id="models">${status?.models.map(({ id, sha256 }) => `${id} ${formatAddress(sha256)}`).join(" · ")}</span>
      </p>
    </footer>
  `;
}

/** Before the first round there is none. */
function marketTime({ marketTimeSec }: Status): string {
  return marketTimeSec === 0 ? "unknown" : `${formatTime(marketTimeSec)} UTC`;
}

/** A page that is reached from another one stands under it. */
const PARENTS: Readonly<Record<string, string>> = { position: "vault", report: "reports" };

function isUnder(one: Page, page: Page): boolean {
  return one === page || PARENTS[page.path] === one.path;
}

/** An address with `#main` would be read as a page's. */
function skip(event: Event): void {
  event.preventDefault();
  document.querySelector("main")?.focus();
}

/** The load line: a circle cut by a line. */
function mark(): TemplateResult {
  return html`<svg class="mark" viewBox="0 0 24 24" aria-hidden="true">
    <circle cx="12" cy="12" r="7.5" /><path d="M1 12h22" />
  </svg>`;
}

/** A banner for every mode but NORMAL. */
function breakerBanner({ mode, meaning, cause, sinceSec }: Status["breaker"]): TemplateResult {
  const reason = cause === null ? "" : ` Reason: ${cause}.`;
  const since = sinceSec === null ? "" : ` Since ${formatTime(sinceSec)} UTC.`;
  return html`<p id="breaker" role="alert" data-mode=${mode} ?hidden=${mode === "NORMAL"}>
    ${mode === "NORMAL" ? "" : `${meaning}${reason}${since}`}
  </p>`;
}
