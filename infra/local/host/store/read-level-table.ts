import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Crc32cJs } from '@aws-sdk/checksums/crc';
import * as dynaliteDb from 'dynalite/db/index.js';
import { IncompleteStoreError } from './kept-files.ts';

/** The rows, and the positions where LevelDB silently skipped a part of its log. */
interface LevelTable {
  rows: Map<string, unknown>;
  broken: { path: string; position: number }[];
}

/**
 * Reads the table of versions before 2026-12, which dynalite kept in LevelDB.
 * @throws {IncompleteStoreError} when it cannot be opened
 */
export async function readLevelTable(directory: string): Promise<LevelTable> {
  // LevelDB treats a directory without this file as new and creates an empty database in it.
  if (!existsSync(join(directory, 'CURRENT'))) throw unreadable(directory, 'its file CURRENT is missing');
  const logs = readdirSync(directory).filter((name) => name.endsWith('.log'));
  const broken: LevelTable['broken'] = [];
  for (const name of logs) {
    const path = join(directory, name);
    const position = await findBrokenRecord(readFileSync(path));
    if (position !== null) broken.push({ path, position });
  }
  const { db, lifecycleManager } = dynaliteDb.create({ path: directory });
  try {
    await db.open();
    const rows = new Map<string, unknown>();
    for await (const [key, value] of db.iterator()) rows.set(key, value);
    return { rows, broken };
  } catch (error) {
    throw unreadable(directory, rootOf(error), error);
  } finally {
    await lifecycleManager.gracefulClose();
  }
}

function unreadable(directory: string, why: string, cause?: unknown): IncompleteStoreError {
  return new IncompleteStoreError(`the table in ${directory} cannot be read: ${why}`, { cause });
}

/** Returns LevelDB's own message, below the wrapping errors. */
function rootOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : rootOf(error.cause);
}

const BLOCK_BYTES = 32_768;
const HEADER_BYTES = 7;

/**
 * Finds the first record of a LevelDB log that does not verify although others follow. A record truncated by the end of
 * the file was never confirmed.
 * @see https://github.com/google/leveldb/blob/main/doc/log_format.md
 */
export async function findBrokenRecord(bytes: Buffer): Promise<number | null> {
  for (let position = 0; position + HEADER_BYTES <= bytes.length;) {
    const leftInBlock = BLOCK_BYTES - (position % BLOCK_BYTES);
    if (leftInBlock < HEADER_BYTES) {
      position += leftInBlock;
      continue;
    }
    const end = position + HEADER_BYTES + bytes.readUInt16LE(position + 4);
    if (end > bytes.length) return leftInBlock > bytes.length - position ? null : position;
    const isWhole = bytes.readUInt32LE(position) === (await maskedChecksum(bytes.subarray(position + 6, end)));
    if (!isWhole) return position;
    position = end;
  }
  return null;
}

async function maskedChecksum(bytes: Buffer): Promise<number> {
  const checksum = new Crc32cJs();
  checksum.update(bytes);
  const crc = Buffer.from(await checksum.digest()).readUInt32BE(0);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
