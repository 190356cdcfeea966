/** Tells how far other protocols' changes of risk parameters are: the newest stage of every proposal within the window. */
import type { ChainClient } from "../../../chain/client.ts";
import type { ParameterProposal } from "../../../domain/chain-signals.ts";
import type { Address } from "../../../domain/units.ts";
import { createChainTape } from "../../sources/chain-tape.ts";
import type { HeadLimits } from "../../sources/confirmed-head.ts";
import { createChainProvider } from "../chain-provider.ts";
import type { Provider } from "../provider.ts";
import { type GovernanceDoor, type GovernanceStep, readSteps } from "./governance-steps.ts";
import { type TokensOfAssets, type Touched, unreadable } from "./risk-calls.ts";

/** Whose proposals, and how far back they are read. */
export interface ProposalProviderOptions extends HeadLimits {
  readonly id: string;
  readonly everySec: number;
  readonly connect: () => Promise<ChainClient>;
  readonly form: GovernanceDoor["form"];
  readonly address: Address;
  readonly tokens: TokensOfAssets;
  readonly windowBlocks: number;
}

/** Creates the provider. A proposal whose announcement lies before the window counts as one that may touch every asset. */
export function createProposalProvider(options: ProposalProviderOptions): Provider {
  const { id, tokens } = options;
  return createChainProvider({
    ...options,
    open: async (chain) => {
      const read = async (range: Parameters<typeof readSteps>[1]) => await readSteps({ ...options, chain }, range);
      const tape = createChainTape({ ...options, chain, read });
      return async (nowSec) => {
        const { events } = await tape.advance(nowSec);
        const proposals = [...Map.groupBy(events, (step) => step.id).values()].map((steps) => foldSteps(steps, tokens));
        const times = await blockTimes(
          chain,
          proposals.filter(({ touched }) => touched.length > 0).map(({ last }) => last.blockNumber),
        );
        const told = proposals.flatMap((proposal) =>
          proposal.touched.map((touched) => eventOf(proposal, touched, { id, nowSec, times })),
        );
        return told.toSorted((left, right) => left.sourceTimeSec - right.sourceTimeSec);
      };
    },
  });
}

interface FoldedProposal {
  readonly last: GovernanceStep;
  /** The newest step that said when it may be carried out. */
  readonly timed: GovernanceStep | null;
  readonly touched: readonly Touched[];
}

/** Steps of one proposal, ascending, as one. */
function foldSteps(steps: readonly GovernanceStep[], tokens: TokensOfAssets): FoldedProposal {
  const last = steps.at(-1);
  if (last === undefined) throw new RangeError("a proposal without a step");
  const said = steps.flatMap(({ touched }) => touched ?? []);
  const isSaid = steps.some(({ touched }) => touched !== null);
  const known = new Map(said.map((touched) => [`${touched.asset}/${touched.parameter}`, touched]));
  const timed = steps.findLast(({ executable }) => executable !== null) ?? null;
  return { last, timed, touched: isSaid ? [...known.values()] : unreadable(tokens, "") };
}

async function blockTimes(chain: ChainClient, numbers: readonly bigint[]): Promise<ReadonlyMap<bigint, number>> {
  const blocks = await Promise.all(
    [...new Set(numbers)].map(async (blockNumber) => await chain.reader.getBlock({ blockNumber })),
  );
  return new Map(blocks.map(({ number, timestamp }) => [number, Number(timestamp)]));
}

function eventOf(
  { last, timed }: FoldedProposal,
  { asset, parameter, call }: Touched,
  { id, nowSec, times }: { readonly id: string; readonly nowSec: number; readonly times: ReadonlyMap<bigint, number> },
): ParameterProposal {
  const atSec = times.get(last.blockNumber) ?? nowSec;
  const executable = timed?.executable ?? null;
  // A delay counts from its own block, which is the newest one of a proposal that is still queued.
  const executableSec =
    executable === null ? null : "atSec" in executable ? executable.atSec : atSec + executable.afterSec;
  return {
    ...{ kind: "proposal", asset, sourceId: id, proposalId: last.id, stage: last.stage, parameter, call },
    ...{ sourceTimeSec: Math.min(nowSec, atSec), receivedTimeSec: nowSec, executableSec },
  };
}
