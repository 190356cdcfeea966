/** Adaptive windowing, ADWIN2: notices a change of a mean without a threshold of its own (Bifet and Gavaldà 2007). */

/** What a value did to the detector. */
export interface DriftVerdict {
  /** The window was cut: the mean of what was dropped differs from that of the rest. */
  readonly alarm: boolean;
}

/** Detector of one stream. */
export interface Adwin {
  /** Takes a value; one that is not finite is refused and changes nothing. */
  add(value: number): DriftVerdict;
  /** Length and mean of the present window; the mean is NaN while it is empty. */
  readonly length: number;
  readonly mean: number;
}

/** Buckets of one size before two are merged, M of the paper. */
const MAX_BUCKETS = 5;
/** Values between two looks for a cut, as in the authors' implementation. */
const CLOCK = 32;
/** No cut before a window of this length; both parts are longer than the second number by more than one. */
const MIN_WINDOW = 10;
const MIN_PART = 5;

/** Sum and sum of squared deviations of 2^row values. */
interface Bucket {
  readonly total: number;
  readonly spread: number;
}

interface Window {
  /** Oldest first in each row; row r holds buckets of 2^r values. */
  readonly rows: Bucket[][];
  length: number;
  total: number;
  spread: number;
}

/**
 * Starts a detector. The cut test is equation 3.1 of the paper with the variance term, δ' = δ/ln n; memory grows with the
 * logarithm of the window.
 *
 * @param delta confidence of an alarm, in (0, 1): about the share of false alarms.
 * @throws RangeError for another delta.
 */
export function createAdwin(delta: number): Adwin {
  if (!(delta > 0 && delta < 1)) throw new RangeError(`delta ${delta} is outside (0, 1).`);
  const window: Window = { rows: [[]], length: 0, total: 0, spread: 0 };
  let ticks = 0;
  return {
    add: (value) => {
      if (!Number.isFinite(value)) return { alarm: false };
      insert(window, value);
      ticks += 1;
      const looks = ticks % CLOCK === 0 && window.length > MIN_WINDOW;
      return { alarm: looks && shrink(window, delta) };
    },
    get length() {
      return window.length;
    },
    get mean() {
      return window.length === 0 ? Number.NaN : window.total / window.length;
    },
  };
}

function insert(window: Window, value: number): void {
  if (window.length > 0) {
    const deviation = value - window.total / window.length;
    window.spread += (window.length * deviation * deviation) / (window.length + 1);
  }
  window.length += 1;
  window.total += value;
  window.rows[0]?.push({ total: value, spread: 0 });
  compress(window.rows);
}

/** Merges the two oldest buckets of every row that has one too many. */
function compress(rows: Bucket[][]): void {
  for (let row = 0; row < rows.length && (rows[row]?.length ?? 0) > MAX_BUCKETS; row += 1) {
    const [first, second] = rows[row]?.splice(0, 2) ?? [];
    if (first === undefined || second === undefined) return;
    const size = 2 ** row;
    const deviation = (first.total - second.total) / size;
    const merged = {
      total: first.total + second.total,
      spread: first.spread + second.spread + (size * deviation * deviation) / 2,
    };
    if (rows.length === row + 1) rows.push([]);
    rows[row + 1]?.push(merged);
  }
}

/** Drops oldest buckets while some cut tells the two sides apart. */
function shrink(window: Window, delta: number): boolean {
  let alarm = false;
  while (window.length > 0 && hasCut(window, delta)) {
    dropOldest(window);
    alarm = true;
  }
  return alarm;
}

function hasCut({ rows, length, total, spread }: Window, delta: number): boolean {
  let [oldCount, oldTotal] = [0, 0];
  for (let row = rows.length - 1; row >= 0; row -= 1) {
    for (const bucket of rows[row] ?? []) {
      oldCount += 2 ** row;
      oldTotal += bucket.total;
      const newCount = length - oldCount;
      if (newCount <= MIN_PART + 1) return false;
      if (oldCount <= MIN_PART + 1) continue;
      const gap = Math.abs(oldTotal / oldCount - (total - oldTotal) / newCount);
      if (gap > bound({ oldCount, newCount, length, variance: spread / length }, delta)) return true;
    }
  }
  return false;
}

interface Cut {
  readonly oldCount: number;
  readonly newCount: number;
  readonly length: number;
  readonly variance: number;
}

function bound({ oldCount, newCount, length, variance }: Cut, delta: number): number {
  const confidence = Math.log((2 * Math.log(length)) / delta);
  const harmonic = 1 / (oldCount - MIN_PART + 1) + 1 / (newCount - MIN_PART + 1);
  return Math.sqrt(2 * harmonic * variance * confidence) + (2 / 3) * confidence * harmonic;
}

function dropOldest(window: Window): void {
  const row = window.rows.length - 1;
  const oldest = window.rows[row]?.shift();
  if (oldest === undefined) return;
  const size = 2 ** row;
  window.length -= size;
  window.total -= oldest.total;
  const gap = window.length === 0 ? 0 : oldest.total / size - window.total / window.length;
  window.spread -= oldest.spread + (size * window.length * gap * gap) / (size + window.length);
  while (window.rows.length > 1 && window.rows.at(-1)?.length === 0) window.rows.pop();
}
