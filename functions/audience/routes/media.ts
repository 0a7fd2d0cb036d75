import { openMediaFile } from '../../aws/recording-store.ts';
import { audienceIdOf } from '../../domain/audience-show.ts';
import type { Audience, AudienceContext } from '../audience-deps.ts';
import type { AudienceParts } from '../audience-parts.ts';
import { findShow, originOf, recordingOf } from '../find-show.ts';
import { MULTIVARIANT } from '../live-stream.ts';
import { problem } from '../problem.ts';

/** Names as the packager and harvest jobs write them, in folders at most. */
const MEDIA_PATH = /^([A-Za-z0-9_~-][A-Za-z0-9._~-]*\/)*[A-Za-z0-9_~-][A-Za-z0-9._~-]*\.(m3u8|ts)$/;
const PLAYLIST_TYPE = 'application/vnd.apple.mpegurl';
const FULL_RETRY_SECONDS = 30;

/**
 * The media of shows. A page begins a viewing and gets the address of its playlist; whether the viewing may still go on
 * is decided again at every request.
 */
export function registerMedia(audience: Audience, parts: AudienceParts): void {
  const { deps, shows, access, viewings, stream } = parts;

  audience.post('/audience/v1/shows/:id/viewings', async (context) => {
    // Keeps other sites from taking places with the browsers of their visitors.
    if (context.req.header('origin') !== originOf(context, deps)) return problem('forbidden');
    const found = await findShow(parts, context, context.req.param('id'));
    if (!found) return problem('not_found');
    if (!stream || found.audience.phase !== 'live') return problem('not_live');
    const viewing = { showId: found.record.showId, linkDigest: found.linkDigest };
    const secret = viewings.begin(deps.nameCaller(context.env), viewing);
    if (secret === null) return problem('full', { 'retry-after': String(FULL_RETRY_SECONDS) });
    return context.json({ hlsUrl: `/audience/hls/${secret}/${MULTIVARIANT}` }, 201);
  });

  audience.get('/audience/hls/:viewing/*', async (context) => {
    const path = pathAfter(context, context.req.param('viewing'));
    const viewing = viewings.use(context.req.param('viewing'));
    if (!stream || !viewing || path === null) return problem('not_found');
    const { showId, linkDigest } = viewing;
    const found = await shows.find(audienceIdOf(showId), () =>
      linkDigest === null ? Promise.resolve(false) : access.isValid(showId, linkDigest),
    );
    if (found?.audience.phase !== 'live') return problem('not_found');
    if (path.endsWith('.m3u8')) {
      const playlist = await stream.playlist(found.audience, path);
      if (playlist === null) return problem('no_picture', { 'retry-after': '2' });
      return context.body(playlist, 200, { 'content-type': PLAYLIST_TYPE, 'cache-control': 'private, max-age=1' });
    }
    const segment = await stream.segment(found.audience, path);
    if (segment === null) return problem('not_found');
    return context.body(segment, 200, { 'content-type': 'video/mp2t', 'cache-control': 'private, max-age=60' });
  });

  audience.get('/audience/v1/shows/:id/recording/*', async (context) => {
    const path = pathAfter(context, 'recording');
    const found = path === null ? null : await findShow(parts, context, context.req.param('id'));
    if (!found || path === null) return problem('not_found');
    const { recordingId } = await recordingOf(parts, found);
    const file = recordingId === null ? null : await openMediaFile(deps, recordingId, path);
    if (!file) return problem('not_found');
    if (context.req.method === 'HEAD') await file.body.cancel();
    const headers = {
      'content-type': file.contentType,
      'content-length': String(file.sizeBytes),
      'cache-control': found.audience.privacy === 'private' ? 'private, no-store' : 'private, max-age=3600',
    };
    return new Response(context.req.method === 'HEAD' ? null : file.body, { status: 200, headers });
  });
}

function pathAfter({ req }: AudienceContext, part: string): string | null {
  const path = req.path.slice(req.path.indexOf(`/${part}/`) + part.length + 2);
  return MEDIA_PATH.test(path) ? path : null;
}
