/** Packed entries and class quantiles of a report; mirror of `contracts/libraries/ReportCodec.sol`. */
import { PlimsollError } from "../domain/errors.ts";
import type { RiskEntry } from "../domain/report.ts";
import type { ClassQuantile } from "../domain/score.ts";

/** Bytes of one packed entry: sourceIndex 2 · positionId 6 · epoch 2 · rhoBps 2 · piBps 2 · score 2, big-endian. */
export const ENTRY_BYTES = 16;
/** Bytes of one packed class quantile: classId 2 · rhoBps 2 · piBps 2, big-endian. */
export const QUANTILE_BYTES = 6;

const UINT16 = 2 ** 16;
const UINT32_BITS = 32n;
const UINT32_MASK = 0xffff_ffffn;
const POSITION_ID_BITS = 48n;
const MAX_POSITION_ID = 2n ** POSITION_ID_BITS - 1n;

/**
 * Packs entries as the chain reads them. Hash with keccak256 for `entriesHash`.
 *
 * @throws PlimsollError `REPORT_FIELD_RANGE` for a field that does not fit, `REPORT_NOT_ASCENDING` unless
 * (sourceIndex, positionId) ascend strictly.
 */
export function encodeEntries(entries: readonly RiskEntry[]): Uint8Array {
  const bytes = new Uint8Array(entries.length * ENTRY_BYTES);
  const view = new DataView(bytes.buffer);
  entries.forEach((entry, index) => {
    writeEntry(view, index * ENTRY_BYTES, entry);
  });
  requireAscending(entries, isEntryAfter);
  return bytes;
}

/**
 * Unpacks entries.
 *
 * @throws PlimsollError `REPORT_LENGTH` when the last entry is cut, `REPORT_NOT_ASCENDING` as above.
 */
export function decodeEntries(bytes: Uint8Array): readonly RiskEntry[] {
  const entries = mapItems(bytes, ENTRY_BYTES, readEntry);
  requireAscending(entries, isEntryAfter);
  return entries;
}

/**
 * Packs class quantiles as the chain reads them. Hash with keccak256 for `classQuantilesHash`.
 *
 * @throws PlimsollError `REPORT_FIELD_RANGE`, `REPORT_NOT_ASCENDING` as {@link encodeEntries}, by classId.
 */
export function encodeClassQuantiles(quantiles: readonly ClassQuantile[]): Uint8Array {
  const bytes = new Uint8Array(quantiles.length * QUANTILE_BYTES);
  const view = new DataView(bytes.buffer);
  quantiles.forEach((quantile, index) => {
    const offset = index * QUANTILE_BYTES;
    writeUint16(view, offset, quantile, "classId");
    writeUint16(view, offset + 2, quantile, "rhoBps");
    writeUint16(view, offset + 4, quantile, "piBps");
  });
  requireAscending(quantiles, isQuantileAfter);
  return bytes;
}

/**
 * Unpacks class quantiles.
 *
 * @throws PlimsollError `REPORT_LENGTH`, `REPORT_NOT_ASCENDING` as {@link decodeEntries}.
 */
export function decodeClassQuantiles(bytes: Uint8Array): readonly ClassQuantile[] {
  const quantiles = mapItems(bytes, QUANTILE_BYTES, (view, offset) => ({
    classId: view.getUint16(offset),
    rhoBps: view.getUint16(offset + 2),
    piBps: view.getUint16(offset + 4),
  }));
  requireAscending(quantiles, isQuantileAfter);
  return quantiles;
}

/** Order of entries, and of the oracle's storage keys: source index, then id. */
function isEntryAfter(entry: RiskEntry, before: RiskEntry): boolean {
  if (entry.sourceIndex !== before.sourceIndex) return entry.sourceIndex > before.sourceIndex;
  return entry.positionId > before.positionId;
}

function isQuantileAfter(quantile: ClassQuantile, before: ClassQuantile): boolean {
  return quantile.classId > before.classId;
}

function writeEntry(view: DataView, offset: number, entry: RiskEntry): void {
  const { positionId } = entry;
  if (positionId < 0n || positionId > MAX_POSITION_ID) throw outOfRange("positionId", positionId);
  writeUint16(view, offset, entry, "sourceIndex");
  view.setUint16(offset + 2, Number(positionId >> UINT32_BITS));
  view.setUint32(offset + 4, Number(positionId & UINT32_MASK));
  writeUint16(view, offset + 8, entry, "epoch");
  writeUint16(view, offset + 10, entry, "rhoBps");
  writeUint16(view, offset + 12, entry, "piBps");
  writeUint16(view, offset + 14, entry, "score");
}

function readEntry(view: DataView, offset: number): RiskEntry {
  const high = BigInt(view.getUint16(offset + 2));
  return {
    sourceIndex: view.getUint16(offset),
    positionId: (high << UINT32_BITS) | BigInt(view.getUint32(offset + 4)),
    epoch: view.getUint16(offset + 8),
    rhoBps: view.getUint16(offset + 10),
    piBps: view.getUint16(offset + 12),
    score: view.getUint16(offset + 14),
  };
}

function writeUint16<Field extends string>(
  view: DataView,
  offset: number,
  item: Readonly<Record<Field, number>>,
  field: Field,
): void {
  const value = item[field];
  if (!Number.isInteger(value) || value < 0 || value >= UINT16) throw outOfRange(field, value);
  view.setUint16(offset, value);
}

function mapItems<Item>(bytes: Uint8Array, itemBytes: number, read: (view: DataView, offset: number) => Item): Item[] {
  if (bytes.length % itemBytes !== 0) {
    throw new PlimsollError({
      code: "REPORT_LENGTH",
      problem: `A payload of ${bytes.length} bytes is not a whole number of ${itemBytes}-byte items.`,
      remedy: "Fetch the payload again from another operator or from the event log.",
      context: { length: bytes.length, itemBytes },
    });
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length / itemBytes }, (_, index) => read(view, index * itemBytes));
}

function requireAscending<Item>(items: readonly Item[], isAfter: (item: Item, before: Item) => boolean): void {
  const index = items.findIndex((item, at) => {
    const before = items[at - 1];
    return before !== undefined && !isAfter(item, before);
  });
  if (index === -1) return;
  throw new PlimsollError({
    code: "REPORT_NOT_ASCENDING",
    problem: `Item ${index} does not have a greater key than the one before it.`,
    remedy: "Sort by (source index, position id) or class id and remove duplicates before encoding.",
    context: { index },
  });
}

function outOfRange(field: string, value: number | bigint): PlimsollError<"REPORT_FIELD_RANGE"> {
  return new PlimsollError({
    code: "REPORT_FIELD_RANGE",
    problem: `${field} = ${value} does not fit its field of a packed report.`,
    remedy: "Clamp the values by the rules before encoding.",
    context: { field, value },
  });
}
