import { stripVTControlCharacters } from 'node:util';

/** What a command prints: a table or JSON on standard output, everything for people on standard error. */
export interface Output {
  isTerminal: boolean;
  isJson: boolean;
  line(text: string): void;
  /** For people: progress and hints. Not part of the result. */
  note(text: string): void;
  json(body: unknown): void;
  /** Prints the body as JSON with `--json`, else the rows. */
  table<Row>(body: unknown, columns: readonly Column<Row>[], rows: readonly Row[]): void;
  /** Prints the body as JSON with `--json`, else one line for each field. */
  fields(body: unknown, fields: readonly (readonly [string, Cell])[]): void;
}

export type Cell = string | number | boolean | null | undefined;
/** Title and value. */
export type Column<Row> = readonly [string, (row: Row) => Cell];

interface Sink {
  isTTY?: boolean;
  write(text: string): unknown;
}

/**
 * Creates the output. Tables have a heading and aligned columns on a terminal. Elsewhere they are separated by tabs and
 * have no heading, for `cut` and `read`.
 */
export function createOutput(stdout: Sink, stderr: Sink, isJson: boolean, hasColours: boolean): Output {
  const isTerminal = stdout.isTTY === true;
  const line = (text: string): void => void stdout.write(`${text}\n`);
  const json = (body: unknown): void => line(JSON.stringify(body, null, 2));
  const heading = (text: string): string => (hasColours && isTerminal ? `\u001b[1m${text}\u001b[22m` : text);
  return {
    isTerminal,
    isJson,
    line,
    note: (text) => void stderr.write(`${text}\n`),
    json,
    table(body, columns, rows) {
      if (isJson) return json(body);
      const cells = rows.map((row) => columns.map(([, value]) => toText(value(row))));
      if (!isTerminal) return cells.forEach((row) => line(row.join('\t')));
      for (const [index, text] of alignColumns([columns.map(([title]) => title), ...cells]).entries())
        line(index === 0 ? heading(text) : text);
    },
    fields(body, fields) {
      if (isJson) return json(body);
      const rows = fields.map(([name, value]) => [name, toText(value)]);
      for (const text of isTerminal ? alignColumns(rows) : rows.map((row) => row.join('\t'))) line(text);
    },
  };
}

/** One line without control characters, so that no value can move the cursor or add a column. */
function toText(value: Cell): string {
  if (value === null || value === undefined || value === '') return '-';
  // oxlint-disable-next-line no-control-regex
  return stripVTControlCharacters(String(value)).replaceAll(/[\u0000-\u001f\u007f-\u009f]+/g, ' ');
}

/** Pads all columns but the last. */
export function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_cell, index) => Math.max(...rows.map((row) => row[index]!.length)));
  return rows.map((row) =>
    row
      .map((cell, index) => (index === row.length - 1 ? cell : cell.padEnd(widths[index]!)))
      .join('  ')
      .trimEnd(),
  );
}
