/** A value of a cell: numbers and booleans are written as they are, texts are guarded. */
export type CsvCell = string | number | boolean | null;

/** What a spreadsheet takes for the beginning of a formula, full-width forms included. [OWASP ASVS 5.0, 1.2.10] */
// oxlint-disable-next-line no-control-regex
const FORMULA = /^[=+\-@\t\r\n\u0000\uff0b\uff0d\uff1d\uff20]/;

/**
 * Writes a table as RFC 4180 does: lines end in CR LF, a cell is quoted when it has to be. A text that a spreadsheet
 * would run as a formula gets an apostrophe in front, which spreadsheets show as text.
 */
export function toCsv(header: readonly string[], rows: readonly (readonly CsvCell[])[]): string {
  return [header, ...rows].map((row) => `${row.map(toCell).join(',')}\r\n`).join('');
}

function toCell(value: CsvCell): string {
  if (value === null) return '';
  if (typeof value !== 'string') return String(value);
  const guarded = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
}
