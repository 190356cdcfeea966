/** Seeded random numbers: the only source of randomness, handed in wherever chance is wanted. */

/** A reproducible stream of random numbers. */
export interface Rng {
  /** Uniform on [0, 1), 53 bits. */
  uniform(): number;
  /** Standard normal (Marsaglia polar method). */
  normal(): number;
  /** Uniform integer in [0, bound). */
  integer(bound: number): number;
  /** Exponential with mean 1. */
  exponential(): number;
  /** An independent stream derived from this one's seed and a label; does not advance this stream. */
  fork(label: string): Rng;
  /** Where the stream stands; {@link restoreRng} goes on from there. */
  snapshot(): RngSnapshot;
}

/** State of a stream, fit for JSON. */
export interface RngSnapshot {
  readonly seed: string;
  /** Four words of 32 bits. */
  readonly words: readonly number[];
  /** Second number of the last normal pair, `null` when none is kept. */
  readonly spare: number | null;
}

const UINT32 = 2 ** 32;
const UINT53 = 2 ** 53;

/** FNV-1a over UTF-16 units, 32 bit: turns seeds and labels into state. */
function hash32(text: string, salt: number): number {
  let hash = (0x811c9dc5 ^ salt) >>> 0;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  }
  // Final avalanche (murmur3 finaliser) so that similar labels give unrelated states.
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35) >>> 0;
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** xoshiro128** by Blackman and Vigna (public domain), state of four 32-bit words. */
function xoshiro128(state: Uint32Array): () => number {
  return () => {
    const [a = 0, b = 0, c = 0, d = 0] = state;
    const scrambled = Math.imul(b, 5);
    const result = Math.imul((scrambled << 7) | (scrambled >>> 25), 9) >>> 0;
    const shifted = b << 9;
    const nextC = c ^ a;
    const nextD = d ^ b;
    state[1] = b ^ nextC;
    state[0] = a ^ nextD;
    state[2] = nextC ^ shifted;
    state[3] = (nextD << 11) | (nextD >>> 21);
    return result;
  };
}

/**
 * Creates a stream from a seed.
 *
 * @param seed any number or text; equal seeds give equal streams on every platform.
 */
export function createRng(seed: number | string): Rng {
  const text = String(seed);
  return restoreRng({ seed: text, words: [1, 2, 3, 4].map((salt) => hash32(text, salt)), spare: null });
}

/** Continues a stream from where a snapshot was taken. */
export function restoreRng(snapshot: RngSnapshot): Rng {
  const { seed } = snapshot;
  const state = Uint32Array.from(snapshot.words);
  const next = xoshiro128(state);
  let spare = snapshot.spare;

  const uniform = (): number => ((next() >>> 5) * 0x4000000 + (next() >>> 6)) / UINT53;
  const normal = (): number => {
    if (spare !== null) {
      const value = spare;
      spare = null;
      return value;
    }
    for (;;) {
      const x = 2 * uniform() - 1;
      const y = 2 * uniform() - 1;
      const radius = x * x + y * y;
      if (radius > 0 && radius < 1) {
        const scale = Math.sqrt((-2 * Math.log(radius)) / radius);
        spare = y * scale;
        return x * scale;
      }
    }
  };
  return {
    uniform,
    normal,
    integer: (bound) => Math.floor((next() / UINT32) * bound),
    exponential: () => -Math.log(1 - uniform()),
    fork: (label) => createRng(`${seed}/${label}`),
    snapshot: () => ({ seed, words: [...state], spare }),
  };
}
