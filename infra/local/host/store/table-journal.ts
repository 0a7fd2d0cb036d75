import { join } from 'node:path';
import { DamagedTableError } from './damaged-table.ts';
import type { Disk } from './disk.ts';
import {
  createJournalFiles,
  JOURNAL_NAME,
  journalPath,
  RECORD_NAME,
  type GenerationFiles,
  type Rows,
} from './journal-files.ts';
import { encodeLine, FIRST_CHAIN, readLines, type Line, type Write } from './journal-lines.ts';
import { encodeSlot, readRecord, slotPosition, type TableRecord } from './table-record.ts';

/**
 * The table on disk: a journal of every write since the last rewrite, and the record next to it. The rows live in
 * memory. A rewrite starts a new generation of the journal that holds each row once.
 */

export interface TableJournal {
  /** Bytes written since the last rewrite, and by it. */
  readonly size: { appended: number; rewritten: number };
  /**
   * Writes one commit and its record; both are on disk on return. After a failure nothing may be appended until a
   * rewrite has succeeded.
   * @param rowCount the number of rows after it
   */
  append(writes: readonly Write[], rowCount: number): Promise<void>;
  /** Starts a new generation with these rows, makes it durable, and removes the previous one. */
  rewrite(rows: Rows): Promise<void>;
  /** Throws when the files differ from what was written last. */
  check(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Reads and verifies the table in `directory`.
 * @returns its rows, and the journal, which must be rewritten before anything is appended
 * @throws {DamagedTableError} when confirmed rows are missing; nothing has been changed then
 */
export async function openTableJournal(options: {
  directory: string;
  disk: Disk;
}): Promise<{ rows: Map<string, unknown>; journal: TableJournal }> {
  const { directory, disk } = options;
  const read = await readTable(directory, disk);
  return { rows: read.rows, journal: continueJournal(directory, disk, read.record) };
}

async function readTable(
  directory: string,
  disk: Disk,
): Promise<{ rows: Map<string, unknown>; record: Pick<TableRecord, 'generation' | 'sequence'> }> {
  const recordPath = join(directory, RECORD_NAME);
  const recordBytes = await disk.read(recordPath);
  if (recordBytes === null) {
    await requireNothingWritten(directory, disk, recordPath);
    return { rows: new Map(), record: { generation: 0, sequence: 0 } };
  }
  const record = readRecord(recordBytes);
  if (record === null) throw new DamagedTableError(recordPath, 'no part of it can be read');
  const path = journalPath(directory, record.generation);
  const bytes = await disk.read(path);
  if (bytes === null) throw new DamagedTableError(path, `it is missing, with ${record.rows} rows`);
  return { rows: verify(path, bytes, record), record: { generation: record.generation, sequence: record.sequence } };
}

/**
 * Accepts a journal without a record only if it holds no commit: the record is written before any commit is confirmed.
 */
async function requireNothingWritten(directory: string, disk: Disk, recordPath: string): Promise<void> {
  for (const name of await disk.list(directory)) {
    if (!JOURNAL_NAME.test(name)) continue;
    const bytes = await disk.read(join(directory, name));
    for (const { line } of readLines(bytes ?? Buffer.alloc(0))) {
      if ('writes' in line) throw new DamagedTableError(recordPath, 'it is missing, and there is a journal with rows');
    }
  }
}

function verify(path: string, bytes: Buffer, record: TableRecord): Map<string, unknown> {
  const rows = new Map<string, unknown>();
  let isReached = false;
  let position = 0;
  for (const { line, chain, end } of readLines(bytes)) {
    apply(rows, line);
    position = end;
    if (end !== record.bytes) continue;
    isReached = chain === record.chain && rows.size === record.rows;
    if (!isReached) break;
  }
  if (!isReached) {
    throw new DamagedTableError(
      path,
      `it verifies up to byte ${position} with ${rows.size} rows, and the record says ${record.bytes} bytes with ${record.rows} rows`,
    );
  }
  // Later lines were never confirmed: whole commits are kept, and a truncated one is dropped.
  return rows;
}

function apply(rows: Map<string, unknown>, line: Line): void {
  if (!('writes' in line)) return;
  for (const [key, value] of line.writes) {
    if (value === null) rows.delete(key);
    else rows.set(key, value);
  }
}

function continueJournal(
  directory: string,
  disk: Disk,
  opened: Pick<TableRecord, 'generation' | 'sequence'>,
): TableJournal {
  const files = createJournalFiles(directory, disk);
  let { generation, sequence } = opened;
  // After a rewrite that failed late, the record may already refer to its generation, so the number is never reused.
  let tried = generation;
  let open: GenerationFiles | null = null;
  let chain = FIRST_CHAIN;
  let bytes = 0;
  let rewritten = 0;

  async function closeFiles(): Promise<void> {
    const closing = open;
    open = null;
    await Promise.allSettled([closing?.journal.close(), closing?.record.close()]);
  }

  return {
    get size() {
      return { appended: bytes - rewritten, rewritten };
    },

    async append(writes, rowCount) {
      if (!open) throw new Error('the journal must be rewritten first');
      const current = open;
      // Forget the files until everything has succeeded: nothing may be appended after a failed write.
      open = null;
      try {
        // Check before the write: a truncated file would reach the expected length again, with a hole in it.
        await files.requireInPlace(current, bytes);
        const encoded = encodeLine(chain, { sequence: sequence + 1, writes });
        await current.journal.write(encoded.bytes, bytes);
        await current.journal.sync();
        const next = { generation, sequence: sequence + 1, rows: rowCount, bytes: bytes + encoded.bytes.length };
        await current.record.write(encodeSlot({ ...next, chain: encoded.chain }), slotPosition(next.sequence));
        await current.record.sync();
        // Check after the write: a file that was moved away still accepts writes.
        await files.requireInPlace(current, next.bytes);
        ({ sequence, bytes } = next);
        chain = encoded.chain;
        open = current;
      } catch (error) {
        await Promise.allSettled([current.journal.close(), current.record.close()]);
        throw error;
      }
    },

    async rewrite(rows) {
      await closeFiles();
      await disk.makeDirectory(directory);
      // A failed commit may have reached the disk with this number.
      sequence += 1;
      tried += 1;
      const written = await files.writeGeneration(tried, sequence, rows);
      const record = { generation: tried, sequence, rows: rows.count, bytes: written.bytes };
      try {
        const recordFile = await files.replaceRecord({ ...record, chain: written.chain });
        open = { generation: tried, journal: written.file, record: recordFile };
      } catch (error) {
        await written.file.close();
        throw error;
      }
      generation = tried;
      ({ chain, bytes } = written);
      rewritten = bytes;
      await files.removeOthers(generation);
    },

    async check() {
      if (open) await files.requireInPlace(open, bytes);
    },

    close: closeFiles,
  };
}
