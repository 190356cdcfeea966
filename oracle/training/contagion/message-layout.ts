/** Sizes and parameters of a message-passing network. */
import { type WeightBinding, weightBindings } from "../tensor/bound-weights.ts";

/** Sizes of a network. Every input may only raise every output: weights are bound to be positive. */
export interface MessageLayout {
  readonly features: number;
  /** Weights of an edge, each with messages of its own. */
  readonly kinds: number;
  /** Hidden units of a node; with 0 the network is linear in features and messages of the first round. */
  readonly channels: number;
  /** Times that hidden units travel over edges. */
  readonly rounds: number;
  readonly outputs: number;
}

/** One trainable array. */
export interface MessageParameter {
  readonly name: string;
  readonly shape: readonly number[];
  /** `null` for biases, which act with any sign. */
  readonly bindings: readonly WeightBinding[] | null;
}

/** Parameters in the order of the graph. */
export function messageParameters(layout: MessageLayout): readonly MessageParameter[] {
  const { features, kinds, channels, rounds, outputs } = layout;
  const direct = [
    weights("skip", features, outputs),
    weights("near", features * kinds, outputs),
    bias("level", outputs),
  ];
  if (channels === 0) return direct;
  const each = Array.from({ length: rounds }, (_, round) => [
    weights(`self${round}`, channels, channels),
    weights(`message${round}`, channels * kinds, channels),
    weights(`input${round}`, features, channels),
    bias(`bias${round}`, channels),
  ]);
  return [
    weights("start", features, channels),
    bias("begin", channels),
    ...each.flat(),
    weights("read", channels, outputs),
    ...direct,
  ];
}

/**
 * Range of each hidden unit: every other one is convex, max(z, 0), the rest saturate between 0 and 1, so that a share that is lost in full
 * can lose no more.
 */
export function channelRanges(channels: number): { readonly low: readonly number[]; readonly high: readonly number[] } {
  const most = 1e6;
  return {
    low: Array<number>(channels).fill(0),
    high: Array.from({ length: channels }, (_, unit) => (unit % 2 === 0 ? 1 : most)),
  };
}

function weights(name: string, from: number, to: number): MessageParameter {
  const rising = (count: number): readonly "rising"[] => Array<"rising">(count).fill("rising");
  return { name, shape: [from, to], bindings: weightBindings(rising(from), rising(to)) };
}

function bias(name: string, size: number): MessageParameter {
  return { name, shape: [size], bindings: null };
}
