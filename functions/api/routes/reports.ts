import { createRoute, z } from '@hono/zod-openapi';
import { getReport, listReports, REPORT_FORMATS, type ReportFormat } from '../../aws/report-store.ts';
import { AppError } from '../../domain/errors.ts';
import type { Api, ApiDeps } from '../api-deps.ts';
import { answers, problems, NoQuery } from '../schemas/openapi-parts.ts';
import { ReportList, ReportName, ReportQuery } from '../schemas/costs.ts';
import { answerFile } from '../http/csv-answer.ts';

const tags = ['Costs'];

const list = createRoute({
  method: 'get',
  path: '/api/reports',
  tags,
  summary: 'List the daily cost reports of a year',
  description: 'Sluice writes a report as CSV and as JSON after each UTC day, and keeps it longer than the history.',
  request: { query: ReportQuery },
  responses: { 200: answers(ReportList, 'The reports, newest day first'), ...problems(503) },
});

const get = createRoute({
  method: 'get',
  path: '/api/reports/{name}',
  tags,
  summary: 'Download a report',
  request: { params: z.object({ name: ReportName }), query: NoQuery },
  responses: {
    200: {
      description: 'The file',
      content: { 'text/csv': { schema: z.string() }, 'application/json': { schema: z.unknown() } },
    },
    ...problems(404, 503),
  },
});

/** For the typed client. */
export type ReportsRoutes = typeof list | typeof get;

/** `GET /api/reports` and `GET /api/reports/{name}`. */
export function registerReports(api: Api, deps: ApiDeps): void {
  api.openapi(list, async (context) => {
    const { year = deps.now().getUTCFullYear() } = context.req.valid('query');
    const stored = await listReports(deps, { prefix: `${year}-` });
    const data = stored.map((report) => ({ name: `${report.day}.${report.format}`, ...report }));
    return context.json({ data: data.toReversed() }, 200);
  });

  api.openapi(get, async (context) => {
    const { name } = context.req.valid('param');
    const [day, format] = name.split('.') as [string, ReportFormat];
    const body = await getReport(deps, { day, format });
    if (body === null) throw missing(name);
    const type = format === 'csv' ? 'text/csv; charset=utf-8' : 'application/json';
    return answerFile(context, { fileName: `cost-report-${name}`, type, body });
  });
}

function missing(name: string): AppError {
  return new AppError('not_found', {
    detail: `no report ${name}`,
    remedy: `GET /api/reports lists all reports; a name is a day and one of ${REPORT_FORMATS.join(', ')}`,
  });
}
