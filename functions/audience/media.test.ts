import { beforeEach, describe, expect, it } from 'vitest';
import { useTestApi } from '../../test/support/api.ts';
import { makeAudience, makeLiveMedia, MEDIA_KEY } from '../../test/support/audience.ts';
import { makeShow, SHOW_ID } from '../../test/support/make-show.ts';
import { insertRecording } from '../aws/recording-table.ts';
import { SIGNED_COOKIES, signCookies } from '../aws/signed-cookies.ts';
import { archiveShow, changeShow, insertShow } from '../aws/show-table.ts';
import { insertWatchLink, revokeWatchLink } from '../aws/watch-link-table.ts';
import { newRecording } from '../domain/recording.ts';
import { segmentAddress, type SegmentFolder } from '../domain/segment-address.ts';
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

describe('a private show', () => {
  const OTHER_ID = `${ID.slice(0, -1)}d`;
  const COOKIES = SIGNED_COOKIES.join(' ');
  let secret: string;

  beforeEach(async () => {
    secret = watchLinkSecret.create();
    await put({ privacy: 'private' });
    await insertWatchLink(test.deps, watchLinkDigestOf(secret), {
      ...{ linkId: LINK_ID, showId: SHOW_ID, name: 'x', createdAt: LIVE_AT, createdBy: 'x' },
      ...{ expiresAt: '2026-12-31T00:00:00.000Z', revokedAt: null, revokedBy: null },
    });
  });

  const link = () => `sluice-watch-${ID}=${secret}`;
  const ask = (path: string, cookie: string) => audience.request(path, { headers: { cookie } });
  /** Returns the cookies that an answer sets, as a browser sends them. */
  const cookiesOf = (headers: Headers) =>
    headers
      .getSetCookie()
      .map((line) => line.split(';')[0])
      .join('; ');
  /** Returns the cookies of a grant as this product would sign it. */
  const sign = (id: string, expiresAt: Date, key = MEDIA_KEY) =>
    Object.entries(signCookies(key, { resource: `http://localhost/audience/private/${id}/*`, expiresAt }))
      .map(([name, value]) => `${name}=${value}`)
      .join('; ');

  it('plays with its link and the signed cookies of its folder', async () => {
    const begun = await begin({ cookie: link() });
    const folder = folderOf(begun);
    expect(folder).toMatch(new RegExp(`^/audience/private/${ID}/\\w+/$`));
    const set = begun.headers.getSetCookie();
    expect(set.map((line) => line.split('=')[0]).join(' ')).toBe(COOKIES);
    for (const line of set)
      expect(line).toContain(`; Max-Age=600; Path=/audience/private/${ID}; HttpOnly; SameSite=Lax`);
    const sent = `${link()}; ${cookiesOf(begun.headers)}`;
    const playlist = await ask(`${folder}a.m3u8`, sent);
    expect([playlist.status, playlist.headers.get('cache-control')]).toEqual([200, 'private, no-store']);
    // They last long enough.
    expect(playlist.headers.getSetCookie()).toEqual([]);
    expect((await ask(`${folder}a_10.ts`, sent)).status).toBe(200);
    // Public addresses are no way around.
    expect((await ask(`/audience/hls/${folder.split('/')[4]}/a.m3u8`, sent)).status).toBe(404);
  });

  it('renews the cookies with its playlists', async () => {
    const begun = await begin({ cookie: link() });
    for (let seconds = 0; seconds <= 300; seconds += 25) {
      advance(25);
      await ask(`${folderOf(begun)}a.m3u8`, link());
    }
    const renewed = await ask(`${folderOf(begun)}a.m3u8`, `${link()}; ${cookiesOf(begun.headers)}`);
    expect(renewed.headers.getSetCookie()).toHaveLength(3);
  });

  it.each([
    ['none', () => ''],
    ['expired ones', () => sign(ID, new Date(test.time.now.getTime()))],
    ['those of another show', () => sign(OTHER_ID, new Date('2026-12-31T00:00:00.000Z'))],
    ['those of another key', () => sign(ID, new Date('2026-12-31T00:00:00.000Z'), { ...MEDIA_KEY, keyPairId: 'K1' })],
    ['altered ones', () => sign(ID, new Date('2026-12-31T00:00:00.000Z')).replace('Signature=', 'Signature=AAAA')],
    ['invented ones', () => SIGNED_COOKIES.map((name) => `${name}=%00%ff`).join('; ')],
  ])('has no segment for a browser with a link and %s', async (_what, cookies) => {
    const folder = folderOf(await begin({ cookie: link() }));
    await ask(`${folder}a.m3u8`, link());
    expect((await ask(`${folder}a_10.ts`, `${link()}; ${cookies()}`)).status).toBe(404);
    const good = sign(ID, new Date('2026-12-31T00:00:00.000Z'));
    expect((await ask(`${folder}a_10.ts`, `${link()}; ${good}`)).status).toBe(200);
  });

  it('ends within seconds when its link is revoked, whatever cookies there are', async () => {
    const begun = await begin({ cookie: link() });
    const [folder, sent] = [folderOf(begun), `${link()}; ${cookiesOf(begun.headers)}`];
    expect((await ask(`${folder}a.m3u8`, sent)).status).toBe(200);
    await revokeWatchLink(test.deps, { showId: SHOW_ID, linkId: LINK_ID }, { by: 'x', now: test.time.now });
    advance(3);
    for (const name of ['a.m3u8', 'a_10.ts']) expect((await ask(folder + name, sent)).status).toBe(404);
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

  it('behind a CDN has playlists that name signed segments', async () => {
    const cdn = { segmentKey: 'a key that the edge has too' };
    ({ audience } = makeAudience(test, { live, cdn }));
    await putPast();
    await putRecording('ready');
    const file = (name: string, Body: string) =>
      test.deps.clients.s3.send(
        new PutObjectCommand({
          Bucket: test.deps.deployment.recordingBucket,
          Key: `recordings/${RECORDING_ID}/${name}`,
          Body,
        }),
      );
    await file('index.m3u8', '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nhd/a.m3u8\n');
    await file(
      'hd/a.m3u8',
      '#EXTM3U\n#EXTINF:2.000,\na_1.ts\n#EXTINF:2.000,\n../../other/a_1.ts\nhttps://evil.example/x.ts\n',
    );
    expect((await get(path)).text).toContain('\nhd/a.m3u8\n');
    const playlist = await get(path.replace('index', 'hd/a'));
    expect(playlist.headers.get('cache-control')).toBe('public, max-age=60');
    const folder = { id: ID, isPrivate: false, source: 'recording' } as const;
    const segment = segmentAddress(cdn.segmentKey, folder, `${RECORDING_ID}/hd/a_1.ts`);
    expect(segment).toMatch(new RegExp(`^/audience/recordings/${ID}/[0-9a-f]{32}/${RECORDING_ID}/hd/a_1.ts$`));
    expect(playlist.text).toBe(`#EXTM3U\n#EXTINF:2.000,\n${segment}\n#EXTINF:2.000,\n`);
    expect((await get(path.replace('index.m3u8', 'hd/a_1.ts'))).status).toBe(404);
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

describe('behind a CDN', () => {
  const cdn = { segmentKey: 'a key that the edge has too' };
  const addressOf = (path: string) =>
    segmentAddress(cdn.segmentKey, { id: ID, isPrivate: false, source: 'live' }, path);

  beforeEach(() => void ({ audience } = makeAudience(test, { live, cdn, viewersMax: 0 })));

  it('all viewings have one address, and playlists that name signed segments', async () => {
    await put();
    live.files.set('a.m3u8', live.files.get('a.m3u8')!.replaceAll('.ts', '.ts?m=1785000000'));
    const [one, other] = [await begin(), await begin()];
    expect(one.body).toEqual({ hlsUrl: `/audience/hls/${ID}/index.m3u8` });
    expect(other.body).toEqual(one.body);
    const folder = folderOf(one);
    expect((await get(`${folder}index.m3u8`)).text).toContain('\na.m3u8\n');
    const playlist = await get(`${folder}a.m3u8`);
    expect(playlist.headers.get('cache-control')).toBe('public, max-age=1');
    expect(playlist.headers.getSetCookie()).toEqual([]);
    const segments = playlist.text.split('\n').filter((line) => line.includes('.ts'));
    expect(segments).toEqual(['a_10.ts?m=1785000000', 'a_11.ts?m=1785000000'].map(addressOf));
    // The CDN serves them. This code never does.
    expect((await get(segments[0]!)).status).toBe(404);
    expect((await get(`${folder}a_10.ts`)).status).toBe(404);
    expect(live.fetched.some((path) => path.includes('.ts'))).toBe(false);
  });

  it('a signature is of one show, source and segment', () => {
    const folder = { id: ID, isPrivate: false, source: 'live' } as const;
    const signatureOf = (changes: Partial<SegmentFolder>, path = 'a_10.ts', key = cdn.segmentKey) =>
      /[0-9a-f]{32}/.exec(segmentAddress(key, { ...folder, ...changes }, path))![0];
    const all = [
      signatureOf({}),
      signatureOf({ id: `${ID.slice(0, -1)}d` }),
      signatureOf({ source: 'recording' }),
      signatureOf({}, 'a_11.ts'),
      signatureOf({}, 'a_10.ts', 'another key'),
    ];
    expect(new Set(all).size).toBe(all.length);
  });

  it('a private show needs its link for each playlist, which no cache keeps', async () => {
    await put({ privacy: 'private' });
    const secret = watchLinkSecret.create();
    await insertWatchLink(test.deps, watchLinkDigestOf(secret), {
      ...{ linkId: LINK_ID, showId: SHOW_ID, name: 'x', createdAt: LIVE_AT, createdBy: 'x' },
      ...{ expiresAt: '2026-12-31T00:00:00.000Z', revokedAt: null, revokedBy: null },
    });
    const headers = { cookie: `sluice-watch-${ID}=${secret}` };
    const folder = folderOf(await begin(headers));
    expect(folder).toBe(`/audience/private/${ID}/${ID}/`);
    const playlist = await audience.request(`${folder}a.m3u8`, { headers });
    expect(playlist.headers.get('cache-control')).toBe('private, no-store');
    expect(playlist.headers.getSetCookie()).toHaveLength(3);
    const closed = { id: ID, isPrivate: true, source: 'live' } as const;
    expect(await playlist.text()).toContain(`\n${segmentAddress(cdn.segmentKey, closed, 'a_10.ts')}\n`);
    for (const path of [`${folder}a.m3u8`, `/audience/hls/${ID}/a.m3u8`, `/audience/hls/${ID}/index.m3u8`])
      expect((await get(path)).status, path).toBe(404);
  });
});
