import type { CsvCell } from '../../domain/csv.ts';
import { invalidFields } from '../http/validation.ts';
import type { ExportedDestination } from '../schemas/transfer.ts';
import { numbered } from './pair-items.ts';
import type { WantedDestination } from './plan-destinations.ts';

/** Destinations as a table: CSV files, and cells that were copied from a spreadsheet. */

type Kind = 'text' | 'number' | 'boolean' | 'secret';

/** The columns, with the kind of their cells. An export has all of them except the secrets. */
const COLUMNS = {
  name: 'text',
  platform: 'text',
  streamKey: 'secret',
  rtmpUrl: 'text',
  preset: 'text',
  group: 'text',
  standby: 'text',
  backupIngest: 'boolean',
  backupRtmpUrl: 'text',
  backupStreamKey: 'secret',
  keyUse: 'text',
  keyValidUntil: 'text',
  onSourceLoss: 'text',
  holdMinutes: 'number',
  streamId: 'text',
  latencyMs: 'number',
  callerReference: 'text',
  passphrase: 'secret',
} as const satisfies Record<string, Kind>;
type Column = keyof typeof COLUMNS;
const NAMES = Object.keys(COLUMNS) as Column[];

/** What people write instead, in lower case and without spaces. */
const ALIASES: Record<string, Column> = {
  ...Object.fromEntries(NAMES.map((name) => [name.toLowerCase(), name])),
  key: 'streamKey',
  url: 'rtmpUrl',
  title: 'name',
  reference: 'callerReference',
};
/** The first cells of a row, when no row names the columns. */
const UNNAMED: readonly Column[] = ['name', 'platform', 'streamKey', 'rtmpUrl'];
const ROWS_MAX = 500;
/** What `toCsv` puts an apostrophe before. */
// oxlint-disable-next-line no-control-regex
const GUARDED = /^'(?=[=+\-@\t\r\n\u0000\uff0b\uff0d\uff1d\uff20])/;

/** Returns the table of an export. */
export function toDestinationTable(destinations: readonly ExportedDestination[]): {
  header: string[];
  rows: CsvCell[][];
} {
  const header = NAMES.filter((name) => COLUMNS[name] !== 'secret');
  const rows = destinations.map((each) =>
    header.map((name) => (each as Partial<Record<Column, CsvCell>>)[name] ?? null),
  );
  return { header, rows };
}

/**
 * Reads destinations from a table. Reads commas, semicolons and tabs, quotes, and a byte order mark. An empty cell is a
 * field that is not given.
 * @throws {AppError} `validation_failed` naming row and column, never the value
 */
export async function readDestinationTable(text: string): Promise<WantedDestination[]> {
  const { default: papaparse } = await import('papaparse');
  const { data, errors } = papaparse.parse<string[]>(text.replace(/^\ufeff/, ''), {
    skipEmptyLines: 'greedy',
    delimitersToGuess: ['\t', ';', ','],
  });
  const [fault] = errors.filter(({ code }) => code !== 'UndetectableDelimiter');
  if (fault) throw refuse(`row ${(fault.row ?? 0) + 1}`, 'a quotation mark is not closed: close it, or double it');
  const { columns, rows } = splitHeader(data);
  if (rows.length === 0) throw refuse('csv', 'contains no destination: add a row below the names of the columns');
  if (rows.length > ROWS_MAX) throw refuse('csv', `has ${rows.length} rows; at most ${ROWS_MAX}: split it`);
  const read = rows.map(({ cells, number }) => readRow(cells, columns, number));
  const references = numbered(read.map(({ fields }) => fields.name));
  return read.map((each, index) => ({ ...each, reference: references[index]! }));
}

interface Row {
  cells: string[];
  number: number;
}

function splitHeader(data: readonly string[][]): { columns: Column[]; rows: Row[] } {
  const [first = []] = data;
  const rows = data.map((cells, index) => ({ cells, number: index + 1 }));
  const known = first.map(
    (cell) =>
      ALIASES[
        cell
          .trim()
          .toLowerCase()
          .replaceAll(/[\s_-]/g, '')
      ],
  );
  if (!known.includes('name')) return { columns: [...UNNAMED], rows };
  const columns = known.map((column, index) => {
    if (column === undefined) {
      throw refuse(`column ${index + 1}`, `is unknown: name it one of ${NAMES.join(', ')}, or remove it`);
    }
    if (known.indexOf(column) < index) throw refuse(`column ${index + 1}`, `${column} is there twice: remove one`);
    return column;
  });
  return { columns, rows: rows.slice(1) };
}

function readRow(cells: readonly string[], columns: readonly Column[], number: number): WantedDestination {
  if (cells.slice(columns.length).some((cell) => cell.trim() !== '')) {
    const message = `has ${cells.length} cells, but there are ${columns.length} columns: ${columns.join(', ')}`;
    throw refuse(`row ${number}`, message);
  }
  const fields: Record<string, unknown> = {};
  const secrets: Record<string, string> = {};
  for (const [index, column] of columns.entries()) {
    const cell = (cells[index] ?? '').trim().replace(GUARDED, '');
    if (cell === '') continue;
    if (COLUMNS[column] === 'secret') secrets[column] = cell;
    else fields[column] = readCell(cell, COLUMNS[column], `row ${number}, ${column}`);
  }
  const name = fields['name'];
  if (typeof name !== 'string') throw refuse(`row ${number}, name`, 'is empty: enter a name');
  if (typeof fields['platform'] === 'string') fields['platform'] = fields['platform'].toLowerCase();
  const isSrt = fields['platform'] === 'srt';
  // A spreadsheet cannot say that a destination has no key, so an empty cell asks for the key of a new one.
  return { reference: name, fields: { ...fields, name }, needs: isSrt ? [] : ['streamKey'], secrets };
}

function readCell(cell: string, kind: Kind, field: string): string | number | boolean {
  if (kind === 'number') {
    const value = Number(cell);
    if (!Number.isFinite(value)) throw refuse(field, 'must be a number');
    return value;
  }
  if (kind !== 'boolean') return cell;
  if (/^(true|yes|1)$/i.test(cell)) return true;
  if (/^(false|no|0)$/i.test(cell)) return false;
  throw refuse(field, 'must be true or false');
}

function refuse(field: string, message: string) {
  return invalidFields([{ field, message }]);
}
