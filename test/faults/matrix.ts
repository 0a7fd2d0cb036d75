import type { CellResult } from './single-faults.ts';

/** Formats the results of the cells: one line per workflow and step, one column per kind of fault. */
export function formatMatrix(results: readonly CellResult[]): string {
  const kinds = [...new Set(results.map(({ cell }) => cell.fault.name))].toSorted();
  const rows = new Map<string, Map<string, CellResult[]>>();
  for (const result of results) {
    const { workflow, place, fault } = result.cell;
    const row = rows.get(`${workflow.name} | ${place.step}`) ?? new Map<string, CellResult[]>();
    rows.set(`${workflow.name} | ${place.step}`, row);
    row.set(fault.name, [...(row.get(fault.name) ?? []), result]);
  }
  const width = Math.max(...[...rows.keys()].map((name) => name.length));
  const legend = kinds.map((kind, index) => `${String(index + 1).padStart(2)} ${kind}`);
  const head = `${''.padEnd(width)} ${kinds.map((_, index) => String(index + 1).padStart(4)).join('')}`;
  const lines = [...rows].map(
    ([name, row]) => `${name.padEnd(width)} ${kinds.map((kind) => show(row.get(kind)).padStart(4)).join('')}`,
  );
  const count = (outcome: CellResult['outcome']) => results.filter((result) => result.outcome === outcome).length;
  const sum = `${results.length} cells: ${count('reached')} reached their goal, ${count('failed with a reason')} failed with a reason, ${count('violation')} violations`;
  return [...legend, '', head, ...lines, '', 'cells per place; f: some failed with a reason; !: a violation', sum].join(
    '\n',
  );
}

function show(cells: CellResult[] | undefined): string {
  if (!cells) return '.';
  if (cells.some(({ outcome }) => outcome === 'violation')) return `${cells.length}!`;
  return cells.some(({ outcome }) => outcome !== 'reached') ? `${cells.length}f` : String(cells.length);
}

/** Describes a failed cell with its last events. */
export function describeViolation({ cell, message, tail = [] }: CellResult): string {
  const { workflow, place, fault } = cell;
  const where = `${workflow.name}, ${fault.name} (${fault.when}) at ${place.step}[${place.position}] ${place.service}.${place.operation}`;
  return `${where}: ${message}\n${tail.slice(-40).join('\n')}`;
}
