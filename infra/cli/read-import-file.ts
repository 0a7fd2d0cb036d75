import { readFileSync } from 'node:fs';
import { CommandFailure, EXIT } from './command-failure.ts';

/** Reads the file of `sluice import` and finds out what is in it. The API checks the rest. */

export const STANDARD_INPUT = '-';
/** As much as the API accepts. */
const BYTES_MAX = 4_000_000;

export interface ImportFile {
  body: { document: Record<string, unknown> } | { csv: string };
  /** Whether it has encrypted keys, which need a passphrase. */
  hasKeys: boolean;
}

/**
 * @param file name of the file, or `-` for standard input
 * @throws {CommandFailure} `failed` when it cannot be read, `refused` when it is neither an export nor a table
 */
export async function readImportFile(file: string): Promise<ImportFile> {
  const name = file === STANDARD_INPUT ? 'standard input' : file;
  const text = decode(await readBytes(file, name), name);
  if (text.trim() === '') throw refused(`${name} is empty`);
  const first = text.trimStart()[0];
  if (first === '<') throw refused(`${name} is a web page or XML, not an export; download it again`);
  if (first !== '{' && first !== '[' && !/\.json$/i.test(file)) return { body: { csv: text }, hasKeys: false };
  const document = parse(text);
  if (document === null) throw refused(`${name} is damaged: it is no complete JSON object; export again`);
  return { body: { document }, hasKeys: typeof document['keys'] === 'string' };
}

async function readBytes(file: string, name: string): Promise<Buffer> {
  try {
    if (file !== STANDARD_INPUT) {
      const bytes = readFileSync(file);
      requireLimit(bytes.length, name);
      return bytes;
    }
    const chunks: Buffer[] = [];
    let length = 0;
    for await (const chunk of process.stdin) {
      chunks.push(Buffer.from(chunk as Uint8Array));
      length += chunks.at(-1)!.length;
      requireLimit(length, name);
    }
    return Buffer.concat(chunks);
  } catch (error) {
    if (error instanceof CommandFailure) throw error;
    throw new CommandFailure(EXIT.failed, `${name} cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  }
}

function requireLimit(length: number, name: string): void {
  if (length > BYTES_MAX) throw refused(`${name} is larger than the 4 MB of one import; export with --no-pictures`);
}

function decode(bytes: Buffer, name: string): string {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    if (!text.includes('\0')) return text;
  } catch {
    // Reported below.
  }
  throw refused(`${name} is no UTF-8 text; save a spreadsheet as CSV with UTF-8`);
}

function parse(text: string): Record<string, unknown> | null {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

const refused = (message: string): CommandFailure => new CommandFailure(EXIT.refused, message);
