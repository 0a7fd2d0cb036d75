import { createHash } from 'node:crypto';

/**
 * The record of the table's contents, kept apart from the table: without it, a truncated journal would look complete.
 * It is written after every commit and before the commit is confirmed, into two slots in turn, so that a write
 * interrupted by a power failure leaves the previous slot.
 */

/** The contents that the journal must have. */
export interface TableRecord {
  generation: number;
  /** Number of the last commit. */
  sequence: number;
  /** Number of rows after it. */
  rows: number;
  /** Length of the journal after it, in bytes. */
  bytes: number;
  /** The journal's chain after it. */
  chain: string;
}

export const SLOT_BYTES = 512;
const CHECKSUM_CHARACTERS = 64;

/** Encodes one slot. */
export function encodeSlot(record: TableRecord): Buffer {
  const json = JSON.stringify(record);
  return Buffer.from(`${checksum(json)} ${json}`.padEnd(SLOT_BYTES - 1) + '\n');
}

/** Returns the position of a commit's slot. */
export function slotPosition(sequence: number): number {
  return (sequence % 2) * SLOT_BYTES;
}

/** Reads the newest slot that verifies; null when none does. */
export function readRecord(bytes: Buffer): TableRecord | null {
  const slots = [bytes.subarray(0, SLOT_BYTES), bytes.subarray(SLOT_BYTES, 2 * SLOT_BYTES)].map(readSlot);
  return slots.reduce((newest, slot) => (slot && (!newest || slot.sequence > newest.sequence) ? slot : newest), null);
}

function readSlot(bytes: Buffer): TableRecord | null {
  const text = bytes.toString('utf8').trimEnd();
  const json = text.slice(CHECKSUM_CHARACTERS + 1);
  return text === `${checksum(json)} ${json}` ? (JSON.parse(json) as TableRecord) : null;
}

function checksum(json: string): string {
  return createHash('sha256').update(json).digest('hex');
}
