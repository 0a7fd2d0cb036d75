import { createRoute, z } from '@hono/zod-openapi';
import type { DestinationReport, ReportAmount, ShowReport as Report } from '../../domain/show-report.ts';
import type { CsvCell } from '../../domain/csv.ts';
import type { Api, ApiDeps } from '../api-deps.ts';
import { findShow } from '../find-show.ts';
import { answerCsv, wantsCsv } from '../http/csv-answer.ts';
import { answersOrFile, problems } from '../schemas/openapi-parts.ts';
import { ShowReport, ShowReportQuery } from '../schemas/show-report.ts';
import { ShowId } from '../schemas/shows.ts';
import { readShowReport } from '../show-report.ts';

const get = createRoute({
  method: 'get',
  path: '/api/shows/{showId}/report',
  tags: ['Shows'],
  summary: 'Get the report of a show',
  description:
    'What was planned and what happened, per destination, with uptime, incidents and costs. Until the show has ended it says how it is going. Null is unknown: the history is kept for 90 days.',
  request: { params: z.object({ showId: ShowId }), query: ShowReportQuery },
  responses: {
    200: answersOrFile(ShowReport, 'The report; as CSV one line for each destination, and one for the show'),
    ...problems(404, 503),
  },
});

const COLUMNS = [
  ...['what', 'name', 'isRequired', 'plannedAt', 'onAirAt', 'onAirErrorSeconds', 'offAirAt', 'onAirSeconds'],
  ...[
    'deliveringSeconds',
    'slateSeconds',
    'failovers',
    'costUsd',
    'costIsComplete',
    'estimateUsd',
    'billUsd',
    'problem',
  ],
];

/** For the typed client. */
export type ShowReportRoutes = typeof get;

/** `GET /api/shows/{showId}/report`. */
export function registerShowReport(api: Api, deps: ApiDeps): void {
  api.openapi(get, async (context) => {
    const { format } = context.req.valid('query');
    const report = await readShowReport(deps, await findShow(deps, context.req.valid('param').showId));
    if (!wantsCsv(context, format)) return context.json(report, 200);
    const rows = [showRow(report), ...report.destinations.map(destinationRow)];
    return answerCsv(context, `show-${report.planned.startsAt.slice(0, 10)}-${report.showId}.csv`, COLUMNS, rows);
  });
}

function showRow({ title, planned, actual, startErrorSeconds, failovers, cost, estimate, bill }: Report): CsvCell[] {
  const { liveAt, endedAt } = actual;
  const liveSeconds = liveAt && endedAt ? (Date.parse(endedAt) - Date.parse(liveAt)) / 1000 : null;
  const times = [planned.startsAt, liveAt, startErrorSeconds, endedAt, liveSeconds];
  return ['show', title, null, ...times, null, null, failovers, ...amountCells(cost, estimate), bill.usd, null];
}

function destinationRow(each: DestinationReport): CsvCell[] {
  const { name, isRequired, plannedAt, onAirAt, onAirErrorSeconds, offAirAt, onAirSeconds } = each;
  const { observed, slateSeconds, failovers, cost, estimate, problem } = each;
  const times = [plannedAt, onAirAt, onAirErrorSeconds, offAirAt, onAirSeconds];
  const seen = [observed?.delivering ?? null, slateSeconds, failovers];
  return ['destination', name, isRequired, ...times, ...seen, ...amountCells(cost, estimate), null, problem];
}

function amountCells(cost: ReportAmount | null, estimate: ReportAmount | null): CsvCell[] {
  return [cost?.usd ?? null, cost?.isComplete ?? null, estimate?.usd ?? null];
}
