/** What the chain says at an anchor: configuration, classes, signer set, and the words that the rules start from. */
import type { OracleReader, SignerSet } from "../../chain/oracle-reader.ts";
import type { ChainView } from "../../consensus/aggregate.ts";
import { type BreakerReading, isLooseningPaused } from "../../domain/breaker.ts";
import { PlimsollError } from "../../domain/errors.ts";
import { type Position, positionKey } from "../../domain/positions.ts";
import type { Anchor } from "../../domain/report.ts";
import type { RiskClass } from "../../domain/risk-class.ts";
import type { Hex } from "../../domain/units.ts";
import type { PositionReject } from "../../ingestion/sources/source-positions.ts";
import { standingRho } from "../../rules/risk-reading.ts";
import { unpackRiskWord } from "../../rules/risk-word.ts";
import { admitPositions } from "./admit-positions.ts";
import { createChainRules } from "./chain-rules.ts";
import { readPositionWords, wordKey } from "./position-words.ts";
import { readBreaker } from "./read-breaker.ts";

/** Facts that change only together with the configuration digest. */
interface Configuration {
  readonly digest: Hex;
  readonly classes: ReadonlyMap<number, RiskClass>;
  readonly signers: SignerSet;
}

/** State of the chain at one anchor. */
export interface ChainState {
  readonly view: ChainView;
  readonly breaker: BreakerReading;
  readonly classes: ReadonlyMap<number, RiskClass>;
  /** Positions that agree with their words, with the words' classes, in the order given. */
  readonly positions: readonly Position[];
  readonly rejected: readonly PositionReject[];
  /** Indexes of the sources of {@link positions}, by lower-case address. */
  readonly sourceIndexes: ReadonlyMap<string, number>;
  /** Values in the words of scored positions, by position key. */
  readonly lastGood: ReadonlyMap<string, { readonly rhoBps: number; readonly piBps: number }>;
}

/** Reads the state at an anchor. */
export interface ChainStateReader {
  readAt(anchor: Anchor, positions: readonly Position[]): Promise<ChainState>;
}

/** Settings of the reader. */
export interface ChainStateOptions {
  readonly reader: OracleReader;
  readonly bundleHash: Hex;
}

/** Time after the anchor within which a report may arrive; the chain's own limit is the deployment's. */
const REPORT_LIFE_SEC = 300;

/** Creates a reader that re-reads the configuration only when its digest changes. */
export function createChainStateReader(options: ChainStateOptions): ChainStateReader {
  let known: Configuration | null = null;
  return {
    readAt: async (anchor, positions) => {
      const digest = await options.reader.configDigest(anchor);
      if (known?.digest !== digest) known = await readConfiguration(options, anchor, digest);
      return await readState(options, known, { anchor, positions });
    },
  };
}

async function readConfiguration(options: ChainStateOptions, anchor: Anchor, digest: Hex): Promise<Configuration> {
  const [classes, signers, isAllowed] = await Promise.all([
    options.reader.riskClasses(anchor),
    options.reader.signerSet(anchor),
    options.reader.isBundleAllowed(options.bundleHash, anchor),
  ]);
  if (!isAllowed) {
    throw new PlimsollError({
      code: "MODEL_BUNDLE_NOT_ALLOWED",
      problem: `The chain does not allow this node's model bundle ${options.bundleHash}.`,
      remedy: "Run the models that governance has allowed, or propose this bundle to it.",
      context: { bundleHash: options.bundleHash },
    });
  }
  return { digest, classes, signers };
}

async function readState(
  options: ChainStateOptions,
  configuration: Configuration,
  at: { readonly anchor: Anchor; readonly positions: readonly Position[] },
): Promise<ChainState> {
  const { anchor } = at;
  const { classes } = configuration;
  const [words, breaker] = await Promise.all([
    readPositionWords(options.reader, at.positions, anchor),
    readBreaker(options.reader, anchor),
  ]);
  const { positions, rejected } = admitPositions(at.positions, { words, classes });
  const classIds = [...new Set(positions.map((position) => position.classId))];
  const classWords = await options.reader.classWords(classIds, anchor);
  const quantiles = new Map(classIds.map((id, index) => [id, classWords[index] ?? 0n]));
  return {
    breaker,
    classes,
    positions,
    rejected,
    sourceIndexes: new Map(positions.map(({ source, sourceIndex }) => [source.toLowerCase(), sourceIndex])),
    lastGood: lastGoodValues(positions, { words, classes, atSec: anchor.timestampSec }),
    view: {
      slot: { configDigest: configuration.digest, epoch: anchor.blockNumber },
      anchor,
      bundleHash: options.bundleHash,
      signerSetVersion: configuration.signers.version,
      reportLifeSec: REPORT_LIFE_SEC,
      rules: createChainRules({
        classes,
        words,
        quantiles,
        atSec: anchor.timestampSec,
        isLooseningPaused: isLooseningPaused(breaker),
      }),
    },
  };
}

interface Standing {
  readonly words: ReadonlyMap<string, bigint>;
  readonly classes: ReadonlyMap<number, RiskClass>;
  readonly atSec: number;
}

/** What stands on chain: after silence that is the fallback ramp, and a doubtful score must not undercut it. */
function lastGoodValues(positions: readonly Position[], { words, classes, atSec }: Standing): ChainState["lastGood"] {
  const values = new Map<string, { readonly rhoBps: number; readonly piBps: number }>();
  for (const position of positions) {
    const word = words.get(wordKey(position)) ?? 0n;
    if (word === 0n) continue;
    const state = unpackRiskWord(word);
    const riskClass = classes.get(state.classId);
    if (state.observedAt === 0 || riskClass === undefined) continue;
    const rhoBps = Math.max(state.rhoTarget, standingRho(state, riskClass, atSec));
    values.set(positionKey(position), { rhoBps, piBps: state.pi });
  }
  return values;
}
