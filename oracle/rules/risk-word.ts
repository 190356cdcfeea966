/** One position (or class quantile) in one storage word; mirror of `contracts/libraries/RiskWord.sol`. */
import { PlimsollError } from "../domain/errors.ts";

/** The fields of a word. Ratios are basis points, times are seconds since the epoch. */
export interface RiskState {
  /** ρ at the start of the running ramp; equals `rhoTarget` when nothing ramps. */
  readonly rhoFrom: number;
  /** Last accepted ρ; the class default while unscored. */
  readonly rhoTarget: number;
  /** Greatest maintenance ρ: Δ_max above the first scored ρ, or above a later target at which the owner added risk. */
  readonly rhoCap: number;
  /** ρ at the start of the drift window of the last change. */
  readonly rhoAnchor: number;
  /** ρ at the start of the window before it. */
  readonly rhoPrior: number;
  /** Last accepted π. */
  readonly pi: number;
  /** 0…600. */
  readonly score: number;
  /** Observation time of the last accepted score, 0 while unscored. */
  readonly observedAt: number;
  readonly tightenedAt: number;
  readonly loosenedAt: number;
  /** Validity of the last accepted score, frozen when it was accepted; 0 while unscored. */
  readonly validityMinutes: number;
  readonly classId: number;
  /** Position epoch, never 0 in a known word. */
  readonly epoch: number;
  readonly graceMinutes: number;
  readonly rampMinutes: number;
}

/** Fields from the highest bit to the lowest with their widths in bits; the widths sum to 256. */
export const RISK_WORD_LANES: readonly (readonly [keyof RiskState, number])[] = [
  ["rhoFrom", 14],
  ["rhoTarget", 14],
  ["rhoCap", 14],
  ["rhoAnchor", 14],
  ["rhoPrior", 14],
  ["pi", 14],
  ["score", 10],
  ["observedAt", 32],
  ["tightenedAt", 32],
  ["loosenedAt", 32],
  ["validityMinutes", 18],
  ["classId", 12],
  ["epoch", 16],
  ["graceMinutes", 10],
  ["rampMinutes", 10],
];

const WORD_BITS = 256;
const QUARTER_BITS = 64;
const LIMB_BITS = 32;
/**
 * One word as four and as eight numbers, lowest first (all platforms of Node are little-endian): bit
 * operations on these cost a fifth of those on big integers.
 */
const QUARTERS = new BigUint64Array(4);
const LIMBS = new Uint32Array(QUARTERS.buffer);
/** Where each lane lies: its limb, its lowest bit there, its width as a mask. */
const LANE_PLACES = lanePlaces();

/** Epoch of a new position. */
export const FIRST_EPOCH = 1;
/** The word of a position that the oracle does not know. */
export const UNKNOWN_WORD = 0n;

/**
 * Packs a state into its 256-bit word.
 *
 * @throws PlimsollError `RISK_WORD_OVERFLOW` for a field that is negative, fractional or wider than its lane.
 */
export function packRiskWord(state: RiskState): bigint {
  let word = 0n;
  for (const [field, bits] of RISK_WORD_LANES) {
    const value = state[field];
    if (!Number.isInteger(value) || value < 0 || value >= 2 ** bits) throw overflow(field, value, bits);
    word = (word << BigInt(bits)) | BigInt(value);
  }
  return word;
}

/** Unpacks a word below 2^256; every such word is valid. */
export function unpackRiskWord(word: bigint): RiskState {
  const state: { -readonly [Field in keyof RiskState]: number } = {
    rhoFrom: 0,
    rhoTarget: 0,
    rhoCap: 0,
    rhoAnchor: 0,
    rhoPrior: 0,
    pi: 0,
    score: 0,
    observedAt: 0,
    tightenedAt: 0,
    loosenedAt: 0,
    validityMinutes: 0,
    classId: 0,
    epoch: 0,
    graceMinutes: 0,
    rampMinutes: 0,
  };
  // Storing into the array keeps the low 64 bits of each shifted word.
  for (let index = 0; index < QUARTERS.length; index += 1) QUARTERS[index] = word >> BigInt(QUARTER_BITS * index);
  for (const { field, limb, shift, mask } of LANE_PLACES) {
    const low = (LIMBS[limb] ?? 0) >>> shift;
    // A shift by 32 would be one by 0: a lane that starts with its limb takes nothing from the next.
    const high = shift === 0 ? 0 : (LIMBS[limb + 1] ?? 0) << (LIMB_BITS - shift);
    state[field] = ((low | high) & mask) >>> 0;
  }
  return state;
}

function lanePlaces() {
  let offset = WORD_BITS;
  return RISK_WORD_LANES.map(([field, bits]) => {
    offset -= bits;
    const mask = bits === LIMB_BITS ? -1 : (1 << bits) - 1;
    return { field, limb: Math.floor(offset / LIMB_BITS), shift: offset % LIMB_BITS, mask };
  });
}

function overflow(field: string, value: number, bits: number): PlimsollError<"RISK_WORD_OVERFLOW"> {
  return new PlimsollError({
    code: "RISK_WORD_OVERFLOW",
    problem: `${field} = ${value} is not an integer of ${bits} bits.`,
    remedy: "Check the value against the class bounds before packing.",
    context: { field, value, bits },
  });
}
