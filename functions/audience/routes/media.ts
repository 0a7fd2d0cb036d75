import { posix } from 'node:path';
import { openMediaFile } from '../../aws/recording-store.ts';
import { readFile } from '../read-file.ts';
import { audienceIdOf, type AudienceShow } from '../../domain/audience-show.ts';
import { privateFolderOf, segmentAddress } from '../../domain/segment-address.ts';
import type { Audience, AudienceContext } from '../audience-deps.ts';
import type { AudienceParts } from '../audience-parts.ts';
import { findShow, recordingOf, type RequestedShow } from '../find-show.ts';
import { readdressSegments } from '../live-playlist.ts';
import { MULTIVARIANT } from '../live-stream.ts';
import { isFromOwnPage } from '../own-page.ts';
import { problem } from '../problem.ts';
import { LIVE_COOKIE_SECONDS, RECORDING_COOKIE_SECONDS } from '../show-cookies.ts';
import type { FoundShow } from '../visible-shows.ts';

/** Names as the packager and harvest jobs write them, in folders at most. */
const MEDIA_PATH = /^([A-Za-z0-9_~-][A-Za-z0-9._~-]*\/)*[A-Za-z0-9_~-][A-Za-z0-9._~-]*\.(m3u8|ts)$/;
const PLAYLIST_TYPE = 'application/vnd.apple.mpegurl';
const FULL_RETRY_SECONDS = 30;
/** Playlists of recordings have a line per segment; a day of them is below this. */
const PLAYLIST_BYTES_MAX = 16 * 1024 * 1024;

/**
 * The media of shows. A page begins a viewing and gets the address of its playlist; whether the viewing may still go on
 * is decided again at every request.
 */
export function registerMedia(audience: Audience, parts: AudienceParts): void {
  const { deps, shows, viewings, stream, cookies } = parts;

  audience.post('/audience/v1/shows/:id/viewings', async (context) => {
    // Keeps other sites from taking places with the browsers of their visitors.
    if (!isFromOwnPage(context, deps)) return problem('forbidden');
    const found = await findShow(parts, context, context.req.param('id'));
    if (!found) return problem('not_found');
    const { audience: show, record } = found;
    if (!stream || show.phase !== 'live') return problem('not_live');
    const secret = viewings.begin(deps.nameCaller(context.env), { showId: record.showId });
    if (secret === null) return problem('full', { 'retry-after': String(FULL_RETRY_SECONDS) });
    const isPrivate = show.privacy === 'private';
    if (isPrivate) await cookies.send(context, show.id, LIVE_COOKIE_SECONDS);
    const folder = isPrivate ? privateFolderOf(show.id) : '/audience/hls';
    return context.json({ hlsUrl: `${folder}/${secret}/${MULTIVARIANT}` }, 201);
  });

  audience.get('/audience/hls/:viewing/*', async (context) => {
    const viewing = viewings.use(context.req.param('viewing'));
    const path = pathAfter(context, `/audience/hls/${context.req.param('viewing')}/`);
    // Private shows have another address.
    const found = viewing && (await shows.find(audienceIdOf(viewing.showId), () => Promise.resolve(false)));
    return found && path !== null ? sendLive(context, found, path) : problem('not_found');
  });

  audience.get('/audience/private/:id/:viewing/*', async (context) => {
    const { id, viewing: secret } = context.req.param();
    const viewing = viewings.use(secret);
    const path = pathAfter(context, `${privateFolderOf(id)}/${secret}/`);
    const found = await findShow(parts, context, id);
    if (!found || path === null || viewing?.showId !== found.record.showId) return problem('not_found');
    if (found.audience.privacy !== 'private') return problem('not_found');
    if (path.endsWith('.m3u8')) await cookies.send(context, found.audience.id, LIVE_COOKIE_SECONDS);
    else if (!(await cookies.areValid(context, found.audience.id))) return problem('not_found');
    return sendLive(context, found, path);
  });

  async function sendLive(context: AudienceContext, { audience: show }: FoundShow, path: string): Promise<Response> {
    if (!stream || show.phase !== 'live') return problem('not_found');
    if (path.endsWith('.m3u8')) {
      const playlist = await stream.playlist(show, path);
      if (playlist === null) return problem('no_picture', { 'retry-after': '2' });
      return context.body(playlist, 200, { 'content-type': PLAYLIST_TYPE, 'cache-control': policyOfPlaylist(show) });
    }
    const segment = await stream.segment(show, path);
    if (segment === null) return problem('not_found');
    return context.body(segment, 200, { 'content-type': 'video/mp2t', 'cache-control': 'private, max-age=60' });
  }

  function policyOfPlaylist({ privacy }: AudienceShow): string {
    if (privacy === 'private') return 'private, no-store';
    return deps.cdn ? 'public, max-age=1' : 'private, max-age=1';
  }

  audience.get('/audience/v1/shows/:id/recording/*', async (context) => {
    const path = pathAfter(context, `/audience/v1/shows/${context.req.param('id')}/recording/`);
    const found = path === null ? null : await findShow(parts, context, context.req.param('id'));
    if (!found || path === null) return problem('not_found');
    const { recordingId } = await recordingOf(parts, found);
    if (recordingId === null) return problem('not_found');
    if (deps.cdn) return sendRecordingPlaylist(context, found, { recordingId, path });
    const file = await readFile(openMediaFile(deps, recordingId, path));
    if (!file) return problem('not_found');
    if (context.req.method === 'HEAD') await file.body.cancel();
    const headers = {
      'content-type': file.contentType,
      'content-length': String(file.sizeBytes),
      'cache-control': found.audience.privacy === 'private' ? 'private, no-store' : 'private, max-age=3600',
    };
    return new Response(context.req.method === 'HEAD' ? null : file.body, { status: 200, headers });
  });

  /** The CDN serves the segments; this code says which. */
  async function sendRecordingPlaylist(
    context: AudienceContext,
    { audience: show }: RequestedShow,
    { recordingId, path }: { recordingId: string; path: string },
  ): Promise<Response> {
    const file = path.endsWith('.m3u8') ? await readFile(openMediaFile(deps, recordingId, path)) : null;
    if (!file) return problem('not_found');
    if (file.sizeBytes > PLAYLIST_BYTES_MAX)
      throw new Error(`a playlist of ${recordingId} has ${file.sizeBytes} bytes`);
    const isPrivate = show.privacy === 'private';
    if (isPrivate) await cookies.send(context, show.id, RECORDING_COOKIE_SECONDS);
    const folder = { id: show.id, isPrivate, source: 'recording' } as const;
    const playlist = readdressSegments(await new Response(file.body).text(), (uri) =>
      segmentAddress(deps.cdn!.segmentKey, folder, posix.join(recordingId, posix.dirname(path), uri)),
    );
    const cached = isPrivate ? 'private, no-store' : 'public, max-age=60';
    return context.body(playlist, 200, { 'content-type': PLAYLIST_TYPE, 'cache-control': cached });
  }
}

function pathAfter({ req }: AudienceContext, folder: string): string | null {
  const path = req.path.startsWith(folder) ? req.path.slice(folder.length) : '';
  return MEDIA_PATH.test(path) ? path : null;
}
