import { toCsv, type CsvCell } from '../../domain/csv.ts';
import type { ApiContext } from '../api-deps.ts';

/** Returns true when the caller wants CSV, by `format` or else by the Accept header. */
export function wantsCsv(context: ApiContext, format: 'json' | 'csv' | undefined): boolean {
  if (format !== undefined) return format === 'csv';
  return (context.req.header('accept') ?? '').split(',').some((type) => type.trim().startsWith('text/csv'));
}

/** Answers with a table as a download. @param fileName without characters that need escaping */
export function answerCsv(
  context: ApiContext,
  fileName: string,
  header: readonly string[],
  rows: readonly (readonly CsvCell[])[],
) {
  return answerFile(context, { fileName, type: 'text/csv; charset=utf-8', body: toCsv(header, rows) });
}

/** Answers with a download, which browsers never render as a page. */
export function answerFile(context: ApiContext, file: { fileName: string; type: string; body: string }) {
  context.header('Content-Type', file.type);
  context.header('Content-Disposition', `attachment; filename="${file.fileName}"`);
  return context.body(file.body, 200);
}
