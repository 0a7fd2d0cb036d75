import { readCover } from '../../aws/cover-store.ts';
import { readFile } from '../read-file.ts';
import { arrange } from '../../domain/audience-catalogue.ts';
import type { Audience } from '../audience-deps.ts';
import type { AudienceParts } from '../audience-parts.ts';
import { cachePolicyOf, findShow, originOf, recordingOf } from '../find-show.ts';
import { calendarOf } from '../pages/calendar.ts';
import { problem } from '../problem.ts';
import { catalogueRequestOf } from './pages.ts';

/** How long an answer may be reused. Pages poll for the next phase of a show, so it is short. */
const CACHED_SECONDS = 2;
const COVER_CACHED_SECONDS = 300;

/** The shows as data, for the pages' script and for other programs. */
export function registerShowData(audience: Audience, parts: AudienceParts): void {
  const { deps, shows } = parts;

  audience.get('/audience/v1/shows', async (context) => {
    context.header('cache-control', `public, max-age=${CACHED_SECONDS}`);
    const [catalogue, likes] = await Promise.all([shows.list(), shows.likes()]);
    const { live, before, after } = arrange(catalogue, catalogueRequestOf(context), likes);
    return context.json({ live, before, after });
  });

  audience.get('/audience/v1/shows/:id', async (context) => {
    const found = await findShow(parts, context, context.req.param('id'));
    if (!found) return problem('not_found');
    context.header('cache-control', cachePolicyOf(found, CACHED_SECONDS));
    const { state } = await recordingOf(parts, found);
    return context.json({ ...found.audience, recording: state, now: deps.now().toISOString() });
  });

  audience.get('/audience/v1/shows/:id/cover.png', async (context) => {
    const found = await findShow(parts, context, context.req.param('id'));
    const cover = found?.record.cover;
    const png = cover ? await readFile(readCover(deps, cover)) : null;
    if (!found || !png) return problem('not_found');
    context.header('cache-control', cachePolicyOf(found, COVER_CACHED_SECONDS));
    context.header('cross-origin-resource-policy', 'cross-origin');
    return context.body(png, 200, { 'content-type': 'image/png' });
  });

  audience.get('/audience/v1/shows/:id/calendar.ics', async (context) => {
    const found = await findShow(parts, context, context.req.param('id'));
    if (!found) return problem('not_found');
    const { audience: show } = found;
    context.header('cache-control', cachePolicyOf(found, CACHED_SECONDS));
    return context.body(calendarOf(show, { origin: originOf(context, deps), now: deps.now() }), 200, {
      'content-type': 'text/calendar; charset=utf-8',
      'content-disposition': `attachment; filename="${show.slug}.ics"`,
    });
  });
}
