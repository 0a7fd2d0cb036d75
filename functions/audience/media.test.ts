import { beforeEach, describe, expect, it } from 'vitest';
import { useTestApi } from '../../test/support/api.ts';
import { makeAudience, makeLiveMedia } from '../../test/support/audience.ts';
import { makeShow, SHOW_ID } from '../../test/support/make-show.ts';
import { insertRecording } from '../aws/recording-table.ts';
import { archiveShow, changeShow, insertShow } from '../aws/show-table.ts';
import { insertWatchLink, revokeWatchLink } from '../aws/watch-link-table.ts';
import { newRecording } from '../domain/recording.ts';
import type { Show } from '../domain/show.ts';
import { watchLinkDigestOf, watchLinkSecret } from '../domain/watch-link.ts';
import type { Audience } from './audience-deps.ts';
import { PutObjectCommand } from '@aws-sdk/client-s3';

/** The media of shows: who gets it, when, and what of the stream. */

const test = useTestApi();
const ID = SHOW_ID.slice(4);
const VIEWINGS = `/audience/v1/shows/${ID}/viewings`;
const LIVE_AT = '2026-11-21T17:59:00.000Z';
const LIVE: Partial<Show> = { state: 'live', liveAt: LIVE_AT };
const RECORDING_ID = 'rec_01k8m3v0s5n2q8w4x6y7z9a1bc';
const LINK_ID = 'wli_01k8m3v0s5n2q8w4x6y7z9a1bc';
let audience: Audience;
let live: ReturnType<typeof makeLiveMedia>;

const time = (seconds: number) => new Date(Date.parse(LIVE_AT) + seconds * 1000).toISOString();
/** Segment -1 began before the show. */
function writeStream(): void {
  const lines = [-1, 0, 1].flatMap((number) => [
    `#EXT-X-PROGRAM-DATE-TIME:${time(number * 2)}`,
    '#EXTINF:2.000,',
    `a_${number + 10}.ts`,
  ]);
  live.files.set('index.m3u8', '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\na.m3u8\n');
  live.files.set('a.m3u8', ['#EXTM3U', '#EXT-X-MEDIA-SEQUENCE:9', ...lines, ''].join('\n'));
  for (const number of [9, 10, 11, 12]) live.files.set(`a_${number}.ts`, `media ${number}`);
  live.files.set('secret.m3u8', 'of another channel');
}

beforeEach(() => {
  live = makeLiveMedia();
  writeStream();
  ({ audience } = makeAudience(test, { live }));
});

const get = async (path: string) => {
  const response = await audience.request(path);
  return { status: response.status, headers: response.headers, text: await response.text() };
};
const begin = async (headers: Record<string, string> = {}) => {
  const own = { origin: 'http://localhost', ...headers };
  const response = await audience.request(VIEWINGS, { method: 'POST', headers: own });
  return { status: response.status, headers: response.headers, body: await response.json() };
};
const put = (changes: Partial<Show> = {}) => insertShow(test.deps, makeShow({ ...LIVE, ...changes }));
const folderOf = ({ body }: { body: { hlsUrl: string } }) => body.hlsUrl.replace('index.m3u8', '');
const advance = (seconds: number) => void (test.time.now = new Date(test.time.now.getTime() + seconds * 1000));

describe('a viewing', () => {
  it('plays what the stream has had since the show went live, and nothing else of it', async () => {
    await put();
    const begun = await begin();
    expect(begun.status).toBe(201);
    const folder = folderOf(begun);
    expect((await get(`${folder}index.m3u8`)).text).toContain('a.m3u8');
    // A segment that no playlist has named yet.
    expect((await get(`${folder}a_10.ts`)).status).toBe(404);
    const playlist = await get(`${folder}a.m3u8`);
    expect(playlist.text).toContain('a_10.ts');
    expect(playlist.text).not.toContain('a_9.ts');
    expect(playlist.headers.get('cache-control')).toBe('private, max-age=1');
    const segment = await get(`${folder}a_10.ts`);
    expect([segment.text, segment.headers.get('content-type')]).toEqual(['media 10', 'video/mp2t']);
    // Before the show, not named, another channel's, and paths out of the stream.
    for (const path of ['a_9.ts', 'a_12.ts', 'secret.m3u8', '..%2f..%2fx.ts', 'a.mp4', 'index.m3u8%3fstart=1'])
      expect([404, 503], path).toContain((await get(folder + path)).status);
    expect(live.fetched).toEqual(['index.m3u8', 'a.m3u8', 'a_10.ts']);
  });

  it('shares each file with the other viewings', async () => {
    await put();
    const folders = [folderOf(await begin()), folderOf(await begin())];
    for (const name of ['index.m3u8', 'a.m3u8', 'a_10.ts', 'a_11.ts'])
      await Promise.all(folders.map((folder) => get(folder + name)));
    expect(live.fetched).toEqual(['index.m3u8', 'a.m3u8', 'a_10.ts', 'a_11.ts']);
    advance(1);
    await get(`${folders[0]}a.m3u8`);
    expect(live.fetched).toHaveLength(5);
  });

  it.each([
    ['before the show', { state: 'scheduled', liveAt: null }, 409],
    ['after the show', { state: 'ending', endReason: 'hand' }, 409],
    ['of a draft', { state: 'draft', liveAt: null }, 404],
    ['of a private show', { privacy: 'private' }, 404],
  ] as [string, Partial<Show>, number][])('does not begin %s', async (_when, changes, status) => {
    await put(changes);
    expect((await begin()).status).toBe(status);
  });

  it('does not begin for a page of another site', async () => {
    await put();
    expect((await begin({ origin: 'http://evil.example' })).status).toBe(403);
    expect((await audience.request(VIEWINGS, { method: 'POST' })).status).toBe(403);
  });

  it('ends within seconds when the show ends or becomes private', async () => {
    await put();
    const folder = folderOf(await begin());
    expect((await get(`${folder}a.m3u8`)).status).toBe(200);
    await changeShow(test.deps, SHOW_ID, (show) => ({ ...show, privacy: 'private' }));
    advance(3);
    for (const name of ['index.m3u8', 'a.m3u8', 'a_10.ts']) expect((await get(folder + name)).status).toBe(404);
    await changeShow(test.deps, SHOW_ID, (show) => ({ ...show, privacy: 'public' }));
    advance(3);
    expect((await get(`${folder}a.m3u8`)).status).toBe(200);
    await changeShow(test.deps, SHOW_ID, (show) => ({ ...show, state: 'ending', endReason: 'hand' }));
    advance(3);
    expect((await get(`${folder}a.m3u8`)).status).toBe(404);
  });

  it('of a private show ends within seconds when its link is revoked', async () => {
    await put({ privacy: 'private' });
    const secret = watchLinkSecret.create();
    await insertWatchLink(test.deps, watchLinkDigestOf(secret), {
      ...{ linkId: LINK_ID, showId: SHOW_ID, name: 'x', createdAt: LIVE_AT, createdBy: 'x' },
      ...{ expiresAt: '2026-12-31T00:00:00.000Z', revokedAt: null, revokedBy: null },
    });
    const begun = await begin({ cookie: `sluice-watch-${ID}=${secret}` });
    const folder = folderOf(begun);
    expect((await get(`${folder}a.m3u8`)).status).toBe(200);
    await revokeWatchLink(test.deps, { showId: SHOW_ID, linkId: LINK_ID }, { by: 'x', now: test.time.now });
    advance(3);
    expect((await get(`${folder}a.m3u8`)).status).toBe(404);
  });

  it('takes a place until it is silent for half a minute', async () => {
    await put();
    let caller = 1;
    ({ audience } = makeAudience(test, { live, nameCaller: () => `caller ${caller++}` }));
    const folders = [folderOf(await begin()), folderOf(await begin()), folderOf(await begin())];
    const full = await begin();
    expect([full.status, full.body.code, full.headers.get('retry-after')]).toEqual([503, 'full', '30']);
    advance(20);
    await get(`${folders[0]}a.m3u8`);
    advance(11);
    expect((await begin()).status).toBe(201);
    expect((await begin()).status).toBe(201);
    expect((await begin()).status).toBe(503);
    expect((await get(`${folders[0]}a.m3u8`)).status).toBe(200);
    expect((await get(`${folders[1]}a.m3u8`)).status).toBe(404);
  });

  it('leaves half of the places to other addresses', async () => {
    await put();
    expect([(await begin()).status, (await begin()).status, (await begin()).status]).toEqual([201, 201, 503]);
  });

  it('says so while the source delivers nothing, and continues', async () => {
    await put();
    const folder = folderOf(await begin());
    live.files.clear();
    for (const name of ['index.m3u8', 'a.m3u8']) {
      const { status, text } = await get(folder + name);
      expect([status, JSON.parse(text).code], name).toEqual([503, 'no_picture']);
    }
    writeStream();
    advance(1);
    expect((await get(`${folder}a.m3u8`)).status).toBe(200);
  });
});

describe('the recording of a show', () => {
  const path = `/audience/v1/shows/${ID}/recording/index.m3u8`;

  async function putPast(changes: Partial<Show> = {}): Promise<void> {
    const recording = { recordingId: RECORDING_ID, problem: null };
    const show = makeShow({ ...LIVE, state: 'ended', endReason: 'hand', endedAt: LIVE_AT, recording, ...changes });
    await insertShow(test.deps, show);
    await archiveShow(test.deps, show);
  }

  async function putRecording(state: 'ready' | 'finishing' | 'failed'): Promise<void> {
    const chosen = { recordingId: RECORDING_ID, name: 'x', origin: 'show', keepDays: null, createdBy: 'x' } as const;
    const record = newRecording({ ...chosen, startedAt: LIVE_AT, showId: SHOW_ID }, test.time.now);
    await insertRecording(test.deps, { ...record, state });
    await test.deps.clients.s3.send(
      new PutObjectCommand({
        Bucket: test.deps.deployment.recordingBucket,
        Key: `recordings/${RECORDING_ID}/index.m3u8`,
        Body: '#EXTM3U\n',
      }),
    );
  }

  it('plays once it is ready', async () => {
    await putPast();
    await putRecording('ready');
    expect(await get(path)).toMatchObject({ status: 200, text: '#EXTM3U\n' });
    expect((await get(path.replace('index', 'other'))).status).toBe(404);
    expect((await get(`/watch/${ID}`)).text).toContain('data-player');
    expect(JSON.parse((await get(`/audience/v1/shows/${ID}`)).text).recording).toBe('ready');
  });

  it.each([
    ['finishing', 'Its recording will be here soon.'],
    ['failed', 'There is no recording.'],
  ] as const)('that is %s does not play: %s', async (state, words) => {
    await putPast();
    await putRecording(state);
    expect((await get(path)).status).toBe(404);
    const page = (await get(`/watch/${ID}`)).text;
    expect(page).toContain(words);
    expect(page).not.toContain('data-player');
  });

  it.each([
    ['private', { privacy: 'private' }],
    ['live', { state: 'live', endedAt: null }],
  ] as [string, Partial<Show>][])('of a show that is %s does not play', async (_why, changes) => {
    await putPast(changes);
    await putRecording('ready');
    expect((await get(path)).status).toBe(404);
  });
});
