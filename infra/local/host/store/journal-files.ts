import { join } from 'node:path';
import { DamagedTableError } from './damaged-table.ts';
import type { Disk, DiskFile } from './disk.ts';
import { encodeLine, FIRST_CHAIN, type Line, type Write } from './journal-lines.ts';
import { encodeSlot, SLOT_BYTES, type TableRecord } from './table-record.ts';

export const RECORD_NAME = 'record';
export const JOURNAL_NAME = /^journal-\d{9}$/;
const ROWS_PER_LINE = 200;

/** The rows to write, and their number. */
export interface Rows {
  count: number;
  all(): Iterable<Write> | AsyncIterable<Write>;
}

/** The open files of one generation. */
export interface GenerationFiles {
  generation: number;
  journal: DiskFile;
  record: DiskFile;
}

export interface JournalFiles {
  /**
   * Writes a complete journal with these rows.
   * @returns the synced file, still open
   */
  writeGeneration(
    generation: number,
    sequence: number,
    rows: Rows,
  ): Promise<{ file: DiskFile; bytes: number; chain: string }>;
  /** Replaces the whole record, which decides which generation is valid. Returns its synced file, still open. */
  replaceRecord(record: TableRecord): Promise<DiskFile>;
  /**
   * Checks that both files are where they were opened.
   * @param bytes length of the journal
   * @throws {DamagedTableError}
   */
  requireInPlace(files: GenerationFiles, bytes: number): Promise<void>;
  /** Removes the journals of all other generations. */
  removeOthers(generation: number): Promise<void>;
}

/** The table's files in one directory, each step of a commit or rewrite in the order that survives a crash. */
export function createJournalFiles(directory: string, disk: Disk): JournalFiles {
  const recordPath = join(directory, RECORD_NAME);
  return {
    async writeGeneration(generation, sequence, rows) {
      const file = await disk.create(journalPath(directory, generation));
      try {
        let end = 0;
        let last = FIRST_CHAIN;
        const put = async (line: Line) => {
          const encoded = encodeLine(last, line);
          await file.write(encoded.bytes, end);
          end += encoded.bytes.length;
          last = encoded.chain;
        };
        await put({ header: { version: 1, generation } });
        for await (const writes of inChunks(rows.all())) await put({ sequence, writes });
        await file.sync();
        return { file, bytes: end, chain: last };
      } catch (error) {
        await file.close();
        throw error;
      }
    },
    async replaceRecord(record) {
      const file = await disk.create(`${recordPath}.new`);
      try {
        await file.write(Buffer.concat([encodeSlot(record), encodeSlot(record)]), 0);
        await file.sync();
        // The journal's name must be durable before the record that refers to it.
        await disk.syncDirectory(directory);
        await disk.rename(`${recordPath}.new`, recordPath);
        await disk.syncDirectory(directory);
        return file;
      } catch (error) {
        await file.close();
        throw error;
      }
    },
    async requireInPlace({ generation, journal, record }, bytes) {
      const path = journalPath(directory, generation);
      if (!(await journal.isAt(path, bytes))) throw new DamagedTableError(path, 'it was removed, replaced or cut');
      if (await record.isAt(recordPath, 2 * SLOT_BYTES)) return;
      throw new DamagedTableError(recordPath, 'it was removed, replaced or cut');
    },
    async removeOthers(generation) {
      const current = journalPath(directory, generation);
      for (const name of await disk.list(directory)) {
        const path = join(directory, name);
        if (JOURNAL_NAME.test(name) && path !== current) await disk.remove(path);
      }
    },
  };
}

/** Returns the path of a generation's journal. */
export function journalPath(directory: string, generation: number): string {
  return join(directory, `journal-${String(generation).padStart(9, '0')}`);
}

async function* inChunks(rows: Iterable<Write> | AsyncIterable<Write>): AsyncGenerator<Write[]> {
  let chunk: Write[] = [];
  for await (const row of rows) {
    chunk.push(row);
    if (chunk.length < ROWS_PER_LINE) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}
