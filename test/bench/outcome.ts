/** The result of a part of the benchmark: lines of the table, and counts or ratios that must hold. */

/** One line of the table. */
export interface Row {
  figure: string;
  /** The value with its unit and spread. */
  measured: string;
  /** The comparison, such as `0.19 of plain ffmpeg`. */
  compared?: string;
  aim?: string;
}

/** A count or ratio that must hold. Never a time, because times depend on the machine. */
export interface Gate {
  name: string;
  value: number;
  /** The largest value that passes. */
  limit: number;
}

export interface Outcome {
  rows: Row[];
  gates: Gate[];
}

/** Returns the gates that do not hold. NaN never holds. */
export function findMissed(gates: readonly Gate[]): Gate[] {
  return gates.filter(({ value, limit }) => !(value <= limit));
}

/** Formats the rows as a Markdown table, aligned for terminals. */
export function formatTable(rows: readonly Row[]): string {
  const cells = [
    ['figure', 'measured', 'compared', 'aim'],
    ...rows.map(({ figure, measured, compared = '', aim = '' }) => [figure, measured, compared, aim]),
  ].map((line) => line.map((text) => text.replaceAll('|', '\\|')));
  const widths = cells[0]!.map((_, column) => Math.max(3, ...cells.map((line) => line[column]!.length)));
  const lines = cells.map((line) => `| ${line.map((text, column) => text.padEnd(widths[column]!)).join(' | ')} |`);
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [lines[0], rule, ...lines.slice(1)].join('\n');
}
