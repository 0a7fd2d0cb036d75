import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readdirSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { CheckId } from './assumption.ts';
import type { Finding } from './finding.ts';

/**
 * Records what a run did and is about to do, one JSON object per line, flushed to disk before the act. A killed run
 * continues from here: the tags identify what it created, the last line what it was doing.
 */
export type JournalEntry =
  | { entry: 'run-begun'; runId: string; deploymentId: string; account: string; region: string; atMs: number }
  | { entry: 'flow-found'; flowArn: string; status: 'ACTIVE' | 'STANDBY' }
  | { entry: 'about-to-make'; resource: ProofResource; name: string }
  | { entry: 'made'; resource: ProofResource; name: string; resourceId: string }
  | { entry: 'check-begun'; checkId: CheckId }
  | { entry: 'check-done'; checkId: CheckId; findings: Finding[] }
  | { entry: 'finished'; atMs: number };

export type ProofResource = 'input' | 'channel' | 'flow output';

export interface Journal {
  /** Folder of the run, with journal and reports. */
  folder: string;
  entries: readonly JournalEntry[];
  append(entry: JournalEntry): void;
}

const FILE = 'journal.jsonl';

/** Opens a run's journal or creates it. Drops a last line that a crash cut off. */
export function openJournal(folder: string): Journal {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, FILE);
  const entries = existsSync(path) ? parseEntries(readFileSync(path, 'utf8')) : [];
  let isCut = existsSync(path) && !readFileSync(path, 'utf8').endsWith('\n');
  return {
    folder,
    entries,
    append(entry) {
      const file = openSync(path, 'a', 0o600);
      try {
        writeSync(file, `${isCut ? '\n' : ''}${JSON.stringify(entry)}\n`);
        fsyncSync(file);
        isCut = false;
      } finally {
        closeSync(file);
      }
      entries.push(entry);
    },
  };
}

function parseEntries(text: string): JournalEntry[] {
  return text.split('\n').flatMap((line) => {
    try {
      return [JSON.parse(line) as JournalEntry];
    } catch {
      // Empty, or cut off when the process was killed: the act it announces had not begun.
      return [];
    }
  });
}

/** Lists the journals below a folder, newest first. */
export function listJournals(root: string): Journal[] {
  if (!existsSync(root)) return [];
  return readdirSync(root)
    .filter((name) => existsSync(join(root, name, FILE)))
    .toSorted()
    .toReversed()
    .map((name) => openJournal(join(root, name)));
}

/** Returns the first entry of a run; undefined if the process was killed before it was written. */
export function beginningOf({ entries }: Journal): Extract<JournalEntry, { entry: 'run-begun' }> | undefined {
  return entries.find((entry) => entry.entry === 'run-begun');
}

/** Returns true if nothing is left to do for a run. */
export function isFinished({ entries }: Journal): boolean {
  return entries.some(({ entry }) => entry === 'finished');
}

/** Returns the findings of the completed checks, by check. */
export function findingsOf({ entries }: Journal): Map<CheckId, Finding[]> {
  return new Map(
    entries.flatMap((entry) => (entry.entry === 'check-done' ? [[entry.checkId, entry.findings] as const] : [])),
  );
}
