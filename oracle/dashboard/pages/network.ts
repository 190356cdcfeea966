/** Network: who the operators are, who signed which round, how fast, and how far they disagree. */
import { html, type TemplateResult } from "lit-html";
import { z } from "zod";
import { NetworkSchema } from "../../api/contract/network.ts";
import { RoundSchema } from "../../api/contract/rounds.ts";
import { formatBpsExact, formatMs, formatTime } from "../core/format.ts";
import type { Page, Scene } from "../core/page.ts";
import { formatRoute } from "../core/route.ts";
import { age } from "../parts/age.ts";
import { figures, hash, orUnknown, panel, tag } from "../parts/bits.ts";
import { quorumMap } from "../parts/quorum-map.ts";
import { type Column, table } from "../parts/table.ts";

type Round = z.infer<typeof RoundSchema>;
type Voice = Round["voices"][number];
type Network = z.infer<typeof NetworkSchema>["network"];

const ROUNDS = 96;

/** The operators and their rounds. */
export const NETWORK_PAGE: Page = {
  path: "network",
  name: "Network",
  isInNavigation: true,
  load: async (_, ask) => {
    const [rounds, network] = await Promise.all([
      ask.find(`/v1/rounds?limit=${ROUNDS}`, z.array(RoundSchema)),
      ask.find("/v1/network", NetworkSchema),
    ]);
    return (scene) => view(rounds, network?.network ?? null, scene);
  },
};

function view(rounds: readonly Round[] | null, network: Network, scene: Scene): TemplateResult {
  const known = rounds ?? [];
  return html`<h2>Network</h2>
    ${keyFigures(known, network, scene)}
    ${panel("quorum", `Who signed the last ${known.length} rounds`, quorumMap(known))}
    <div class="columns">
      ${panel("operators", "Operators", operatorTable(known, scene))}
      ${panel("latency", "From anchor to quorum", latencyChart(known))}
    </div>
    ${panel("rounds", "Rounds", roundTable(known, scene))}`;
}

function keyFigures(rounds: readonly Round[], network: Network, { status }: Scene): TemplateResult {
  const [newest] = rounds;
  const agreed = rounds.filter(({ fate }) => fate === "quorum").length;
  const { mode } = status.breaker;
  return figures([
    {
      name: "Breaker",
      value: mode,
      tone: mode === "NORMAL" ? "calm" : "low",
      note: age(status.breaker.readAtSec, status.marketTimeSec),
    },
    { name: "Operators", value: orUnknown(network, ({ operators }) => operators.length) },
    { name: "Signatures a report", value: orUnknown(network, ({ threshold }) => threshold) },
    {
      name: "Newest round",
      value: newest === undefined ? html`<span class="low">none yet</span>` : age(newest.atSec, status.marketTimeSec),
    },
    {
      name: "Rounds with a quorum",
      value: rounds.length === 0 ? html`<span class="low">unknown</span>` : `${agreed} of ${rounds.length}`,
      tone: agreed < rounds.length ? "near" : undefined,
    },
    {
      name: "Dispersion, newest",
      value:
        newest === undefined ? html`<span class="low">unknown</span>` : orUnknown(newest.dispersionBps, formatBpsExact),
    },
    { name: "Chain", value: orUnknown(network, ({ chainId }) => chainId) },
    { name: "Oracle", value: orUnknown(network, ({ contracts }) => hash(contracts.oracle)) },
  ]);
}

interface OperatorRow {
  readonly operator: string;
  readonly voices: readonly Voice[];
}

function operatorTable(rounds: readonly Round[], scene: Scene): TemplateResult {
  const byOperator = Map.groupBy(
    rounds.flatMap(({ voices }) => voices),
    ({ operator }) => operator,
  );
  const rows = [...byOperator].map(([operator, voices]): OperatorRow => ({ operator, voices }));
  return table({
    id: "operators",
    name: "Operators",
    rows,
    columns: OPERATOR_COLUMNS,
    keyOf: ({ operator }) => operator,
    empty: "No round yet: nothing is known of the operators.",
    scene,
  });
}

const count = (voices: readonly Voice[], is: (voice: Voice) => boolean) => voices.filter(is).length;
const sum = (voices: readonly Voice[], of: (voice: Voice) => number) =>
  voices.reduce((total, voice) => total + of(voice), 0);
const oddOf = ({ odd }: Voice) => Object.values(odd).reduce((total, times) => total + times, 0);

const OPERATOR_COLUMNS: readonly Column<OperatorRow>[] = [
  { name: "operator", cell: ({ operator }) => hash(operator) },
  {
    name: "observed",
    isNumber: true,
    cell: ({ voices }) => `${count(voices, ({ observed }) => observed)} of ${voices.length}`,
  },
  {
    name: "in the quorum",
    isNumber: true,
    cell: ({ voices }) => `${count(voices, ({ signed }) => signed)} of ${voices.length}`,
  },
  {
    name: "median",
    isNumber: true,
    cell: ({ voices }) => formatMs(median(voices.map(({ durationMs }) => durationMs))),
  },
  {
    name: "dissent",
    isNumber: true,
    tone: ({ voices }) => (sum(voices, ({ dissent }) => dissent) > 0 ? "near" : ""),
    cell: ({ voices }) => sum(voices, ({ dissent }) => dissent),
  },
  {
    name: "odd",
    isNumber: true,
    tone: ({ voices }) => (sum(voices, oddOf) > 0 ? "near" : ""),
    cell: ({ voices }) => sum(voices, oddOf),
  },
];

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? 0;
}

const OPERATOR_COLOURS = ["--calm", "--warn", "--ink", "--bad"] as const;

function latencyChart(rounds: readonly Round[]): TemplateResult {
  const ascending = rounds.toReversed();
  const operators = [...new Set(rounds.flatMap(({ voices }) => voices.map(({ operator }) => operator)))];
  if (operators.length === 0) return html`<p class="empty">No round yet.</p>`;
  const spec = {
    summary: `Milliseconds from anchor to quorum of ${operators.length} operators over ${rounds.length} rounds`,
    timesSec: ascending.map(({ atSec }) => atSec),
    lines: operators.map((operator, index) => ({
      name: operator.slice(0, 6),
      colour: OPERATOR_COLOURS[index % OPERATOR_COLOURS.length] ?? "--ink",
      isDashed: index >= OPERATOR_COLOURS.length,
      values: ascending.map(({ voices }) => voices.find((voice) => voice.operator === operator)?.durationMs ?? null),
    })),
    format: formatMs,
  };
  return html`<plimsoll-chart .spec=${spec}></plimsoll-chart>`;
}

function roundTable(rounds: readonly Round[], scene: Scene): TemplateResult {
  return table({
    id: "rounds",
    name: "Rounds",
    rows: rounds,
    columns: ROUND_COLUMNS,
    keyOf: ({ epoch, atSec }) => `${epoch}:${atSec}`,
    empty: "No round yet.",
    scene,
  });
}

const ROUND_COLUMNS: readonly Column<Round>[] = [
  {
    name: "epoch",
    cell: ({ epoch, digest }) =>
      digest === null ? epoch : html`<a href=${formatRoute(["report", digest])}>${epoch}</a>`,
  },
  { name: "anchor (UTC)", cell: ({ atSec }) => formatTime(atSec) },
  { name: "came to", cell: ({ fate }) => tag(fate) },
  {
    name: "signed",
    isNumber: true,
    cell: ({ voices }) => `${count(voices, ({ signed }) => signed)} of ${voices.length}`,
  },
  { name: "dispersion", isNumber: true, cell: ({ dispersionBps }) => orUnknown(dispersionBps, formatBpsExact) },
  { name: "to quorum", isNumber: true, cell: ({ begunAtMs, agreedAtMs }) => formatMs(agreedAtMs - begunAtMs) },
  {
    name: "to chain",
    isNumber: true,
    cell: ({ agreedAtMs, answeredAtMs }) =>
      answeredAtMs === null ? html`<span class="near">not answered</span>` : formatMs(answeredAtMs - agreedAtMs),
  },
  {
    name: "why not",
    className: "wrap",
    cell: ({ voices }) => [...new Set(voices.flatMap(({ reason }) => reason ?? []))].join(", ") || "–",
  },
];
