/** A cell's value. Numbers and booleans are written unchanged; text is guarded against formulas. */
export type CsvCell = string | number | boolean | null;

/** Characters that begin a formula in a spreadsheet, full-width forms included. OWASP ASVS 5.0, requirement 1.2.10. */
// oxlint-disable-next-line no-control-regex
const FORMULA = /^[=+\-@\t\r\n\u0000\uff0b\uff0d\uff1d\uff20]/;

/**
 * Writes a table as RFC 4180 defines it: lines end in CR LF, and cells are quoted where necessary. Puts an apostrophe
 * before text that a spreadsheet would run as a formula, so the spreadsheet shows it as text.
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
