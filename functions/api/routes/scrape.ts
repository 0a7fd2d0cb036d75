import { createRoute, z } from '@hono/zod-openapi';
import { accepts } from 'hono/accepts';
import type { Api, ApiContext, ApiDeps } from '../api-deps.ts';
import { NoQuery, problems } from '../schemas/openapi-parts.ts';
import { measure } from '../scrape/measure.ts';
import { CONTENT_TYPES, writeExposition, type Format } from '../scrape/write-exposition.ts';
import type { FlowLookMemo } from '../views/flow-status.ts';
import { memoize } from '../../domain/memoize.ts';

/** Two scrapes at once, or a scrape every second, cost one read. On AWS reading is billed. */
const KEPT_MS = { onAws: 15_000, embedded: 2_000 };

const OPENMETRICS = 'application/openmetrics-text';

const scrape = createRoute({
  method: 'get',
  path: '/metrics',
  tags: ['Service'],
  summary: 'Get the metrics for Prometheus',
  description:
    'OpenMetrics 1.0, or the text format 0.0.4, whichever Accept prefers. Unknown values are left out. On one machine, a scraper on the same machine needs no sign-in.',
  request: { query: NoQuery },
  responses: {
    200: {
      description: 'The metrics, at most 15 seconds old',
      content: { [OPENMETRICS]: { schema: z.string() }, 'text/plain': { schema: z.string() } },
    },
    ...problems(503),
  },
});

/** For the typed client. */
export type ScrapeRoutes = typeof scrape;

/** `GET /metrics`. */
export function registerScrape(api: Api, deps: ApiDeps, look: FlowLookMemo): void {
  const milliseconds = deps.embedded ? KEPT_MS.embedded : KEPT_MS.onAws;
  const measured = memoize({ milliseconds, now: deps.now }, () => measure(deps, look));
  api.openapi(scrape, async (context) => {
    const format = formatFor(context);
    const text = writeExposition(await measured.get(), format);
    context.header('Cache-Control', 'private, no-store');
    context.header('Vary', 'Accept');
    context.header('Content-Type', CONTENT_TYPES[format]);
    return context.body(text, 200) as never;
  });
}

/** Returns the format with the larger weight in Accept; the older one when it names neither. */
function formatFor(context: ApiContext): Format {
  const type = accepts(context, {
    header: 'Accept',
    supports: [OPENMETRICS, 'text/plain'],
    default: 'text/plain',
    match: (offers, { supports, default: otherwise }) =>
      offers
        .filter(({ q }) => q > 0)
        .toSorted((one, other) => other.q - one.q)
        .find(({ type: offered }) => supports.includes(offered))?.type ?? otherwise,
  });
  return type === OPENMETRICS ? 'openmetrics' : 'text';
}
