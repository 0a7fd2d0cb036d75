import { createHash } from 'node:crypto';

/**
 * The lines of the table's journal: `<chain> <JSON>\n`. The chain is the SHA-256 of the previous chain and the JSON, so
 * a changed, missing, repeated or moved line makes every later line fail to verify.
 */

/** A key and its value; null deletes it. */
export type Write = readonly [key: string, value: unknown];

/** The content of one line. */
export type Line =
  | { header: { version: 1; generation: number } }
  /** Writes that became durable together. `sequence` counts such commits over the life of the store. */
  | { sequence: number; writes: readonly Write[] };

/** The chain before the first line. */
export const FIRST_CHAIN = '0'.repeat(64);

const NEWLINE = 10;
const CHAIN_CHARACTERS = FIRST_CHAIN.length;

/** Encodes a line. @returns its bytes, and the chain for the line after it */
export function encodeLine(chain: string, line: Line): { bytes: Buffer; chain: string } {
  const json = JSON.stringify(line);
  const next = chainAfter(chain, json);
  return { bytes: Buffer.from(`${next} ${json}\n`), chain: next };
}

/** A line that was read, and where it ends. */
export interface ReadLine {
  line: Line;
  chain: string;
  /** Position after its newline. */
  end: number;
}

/** Reads lines until the first that does not verify. */
export function* readLines(bytes: Buffer): Generator<ReadLine> {
  let chain = FIRST_CHAIN;
  for (let start = 0; start < bytes.length;) {
    const newline = bytes.indexOf(NEWLINE, start);
    if (newline === -1) return;
    const text = bytes.toString('utf8', start, newline);
    const json = text.slice(CHAIN_CHARACTERS + 1);
    const next = chainAfter(chain, json);
    // Compare the length in bytes too, because different damaged bytes decode to the same replacement character.
    const isWhole = text.startsWith(`${next} `) && Buffer.byteLength(text) === newline - start;
    if (!isWhole) return;
    chain = next;
    start = newline + 1;
    yield { line: JSON.parse(json) as Line, chain, end: start };
  }
}

function chainAfter(chain: string, json: string): string {
  return createHash('sha256').update(chain).update(json).digest('hex');
}
