/** How losses would travel through the book: from assets to assets, and to the sources whose collateral is tied to them. */

/** One edge of a path. */
export interface ContagionEdge {
  readonly from: string;
  readonly to: string;
  /** Collateral tied to the receiver that is lost by this path, USD. */
  readonly lossUsd: number;
}

/** A path of losses, from the asset that is lost to the last that loses by it. */
export interface ContagionPathRow {
  readonly nodes: readonly string[];
  readonly edges: readonly ContagionEdge[];
  /** Loss of the last node, USD. */
  readonly lossUsd: number;
}

/** One asset or position source. */
export interface ContagionNode {
  /** Symbol, or address in lower case. */
  readonly name: string;
  readonly kind: "asset" | "source";
  /** Collateral that is tied to it, USD: of an asset, what secures positions on it; of a source, all that it holds. */
  readonly tiedUsd: number;
  /** Share of all collateral that would be lost with it, in [0, 1]; 0 for a source, whose loss reaches no other. */
  readonly importance: number;
  /** Share of it that is lost with the one of the other assets that hurts it most, lost in full, in [0, 1]. */
  readonly exposure: number;
  /** Collateral of the sources that would be lost with it, USD. */
  readonly lossUsd: number;
  /** Largest first. */
  readonly paths: readonly ContagionPathRow[];
}

/** Contagion in the book of a round. */
export interface ContagionReport {
  readonly atSec: number;
  /** Days of bars behind the correlations. */
  readonly correlationDays: number;
  readonly nodes: readonly ContagionNode[];
}
