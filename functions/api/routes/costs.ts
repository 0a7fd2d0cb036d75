import { createRoute } from '@hono/zod-openapi';
import { getPlatform } from '../../../presets/index.ts';
import { readRuns } from '../../aws/channel-runs.ts';
import { createLedger, toFigures, type LedgerUsage } from '../../domain/cost-ledger.ts';
import { dayOf, startOfDay } from '../../domain/utc-day.ts';
import type { Api, ApiDeps } from '../api-deps.ts';
import { answers, answersOrFile, NoQuery, problems } from '../schemas/openapi-parts.ts';
import { observeCosts, provenanceOf } from '../views/cost-now.ts';
import { CostLedger, CostNow, CostQuery } from '../schemas/costs.ts';
import { answerCsv, wantsCsv } from '../http/csv-answer.ts';
import { memoize } from '../../domain/memoize.ts';
import { readWindow, requireKept } from '../http/time-window.ts';

const tags = ['Costs'];
/** Several viewers of a page share one read of the history. */
const KEPT_MS = 1000;

const now = createRoute({
  method: 'get',
  path: '/api/costs/now',
  tags,
  summary: 'Get the present cost and the cost so far',
  description: 'AWS list prices; traffic is estimated from bitrates. On one machine: what the same would cost on AWS.',
  request: { query: NoQuery },
  responses: { 200: answers(CostNow, 'The costs, at most a second old'), ...problems(503) },
});

const ledger = createRoute({
  method: 'get',
  path: '/api/costs',
  tags,
  summary: 'Get the costs of channels',
  description:
    'Computed from the recorded runs. Encoding is charged per started minute with a 10-minute minimum per start, traffic by bitrate and running time. Days are UTC. The rows add up to the total. Kept for 90 days.',
  request: { query: CostQuery },
  responses: { 200: answersOrFile(CostLedger, 'The ledger, or the file'), ...problems(503) },
});

const COLUMNS = ['key', 'name', 'platform', 'runs', 'minutes', 'billedMinutes', 'costUsd', 'isComplete'];

/** For the typed client. */
export type CostsRoutes = typeof now | typeof ledger;

/** `GET /api/costs/now` and `GET /api/costs`. */
export function registerCosts(api: Api, deps: ApiDeps): void {
  const look = memoize({ milliseconds: KEPT_MS, now: deps.now }, () => observeCosts(deps));
  api.openapi(now, async (context) => context.json(await look.get(), 200));

  api.openapi(ledger, async (context) => {
    const { format, groupBy, ...query } = context.req.valid('query');
    const present = deps.now();
    const window = readWindow(query, present, startOfDay);
    requireKept(window, present);
    const { pricing, shown } = provenanceOf(deps);
    const { runs } = await readRuns(deps, window.from, present);
    const span = { startMs: window.from.getTime(), endMs: window.to.getTime() };
    const { rows, total } = createLedger(runs, span, { pricing, groupBy });
    const [from, to] = [window.from.toISOString(), window.to.toISOString()];
    const data = rows.map(({ key, platform, ...row }) => ({
      key,
      name: groupBy === 'platform' ? (getPlatform(key)?.name ?? key) : row.name,
      platform,
      ...toUsage(row),
    }));
    if (wantsCsv(context, format)) {
      const cells = data.map((row) => [
        row.key,
        row.name,
        row.platform,
        row.runs,
        row.minutes,
        row.billedMinutes,
        row.cost,
        row.isComplete,
      ]);
      return answerCsv(context, `costs-${groupBy}-${dayOf(window.from)}-${dayOf(window.to)}.csv`, COLUMNS, cells);
    }
    const unknownParts = [...total.cost.unknownParts];
    return context.json({ ...shown, from, to, groupBy, data, total: toUsage(total), unknownParts }, 200);
  });
}

function toUsage(use: LedgerUsage) {
  const { runs, minutes, billedMinutes, costUsd: cost, isComplete, isAbout } = toFigures(use);
  return { runs, minutes, billedMinutes, cost, isComplete, isAbout };
}
