import { beforeEach, describe, expect, it, vi } from 'vitest';
import { useTestApi, TOKEN } from '../../test/support/api.ts';
import { makeAudience } from '../../test/support/audience.ts';
import { makeShow, SHOW_ID } from '../../test/support/make-show.ts';
import { storeCover } from '../aws/cover-store.ts';
import { putLike } from '../aws/chat-votes-table.ts';
import { archiveShow, insertShow } from '../aws/show-table.ts';
import { insertWatchLink, revokeWatchLink } from '../aws/watch-link-table.ts';
import { buildPlainPng } from '../domain/plain-png.ts';
import type { Show } from '../domain/show.ts';
import { watchLinkDigestOf, watchLinkSecret, type WatchLink } from '../domain/watch-link.ts';
import { createClosedAudience } from './app.ts';
import type { Audience } from './audience-deps.ts';

const test = useTestApi();
const ID = SHOW_ID.slice(4);
const LINK_ID = 'wli_01k8m3v0s5n2q8w4x6y7z9a1bc';
const PAGE = `/watch/sunday-service-${ID}`;
const LIVE = { state: 'live', liveAt: '2026-11-21T17:00:00.000Z' } as const;
const PAST: Partial<Show> = {
  ...{ state: 'ended', liveAt: '2026-11-20T10:00:00.000Z', endedAt: '2026-11-20T11:00:00.000Z' },
  ...{ startsAt: '2026-11-20T10:00:00.000Z', endReason: 'clock' },
};
let audience: Audience;
let log: string[];

beforeEach(() => void ({ audience, log } = makeAudience(test)));

const get = async (path: string, headers: Record<string, string> = {}, method = 'GET') => {
  const response = await audience.request(path, { method, headers });
  return { status: response.status, headers: response.headers, text: await response.text() };
};
const json = async (path: string) => JSON.parse((await get(path)).text);

/** Stores a show, past ones where past ones are. */
async function put(changes: Partial<Show> = {}): Promise<Show> {
  const show = makeShow(changes);
  await insertShow(test.deps, show);
  await archiveShow(test.deps, show);
  return show;
}

async function putLink(changes: Partial<WatchLink> = {}): Promise<string> {
  const secret = watchLinkSecret.create();
  await insertWatchLink(test.deps, watchLinkDigestOf(secret), {
    ...{ linkId: LINK_ID, showId: SHOW_ID, name: 'Board', createdAt: '2026-11-01T00:00:00.000Z', createdBy: 'x' },
    ...{ expiresAt: '2026-12-31T00:00:00.000Z', revokedAt: null, revokedBy: null, ...changes },
  });
  return secret;
}
const cookie = (secret: string) => ({ cookie: `sluice-watch-${ID}=${secret}` });
const advance = (seconds: number) => void (test.time.now = new Date(test.time.now.getTime() + seconds * 1000));

/** Every way to ask for a show. */
const PATHS = [
  PAGE,
  `/embed/${ID}`,
  `/oembed?url=http://localhost${PAGE}`,
  ...['', '/cover.png', '/calendar.ics', '/recording/index.m3u8'].map((part) => `/audience/v1/shows/${ID}${part}`),
];
const HIDDEN: [string, Partial<Show> | null][] = [
  ['unknown', null],
  ['private', { privacy: 'private' }],
  ['private and live', { privacy: 'private', ...LIVE }],
  ['private and past', { privacy: 'private', ...PAST }],
  ['a draft', { state: 'draft' }],
  ['cancelled', { state: 'cancelled' }],
];

describe('a show that is not for a watcher', () => {
  it('answers the same bytes on every path, whatever the reason', async () => {
    for (const path of PATHS) {
      const answers: string[] = [];
      for (const [, changes] of HIDDEN) {
        await test.reset();
        ({ audience } = makeAudience(test));
        if (changes) await put(changes);
        const { status, headers, text } = await get(path);
        const fields = [...headers].filter(([name]) => name !== 'x-request-id');
        answers.push(JSON.stringify({ status, fields, text }));
      }
      expect(new Set(answers).size, path).toBe(1);
      expect(answers[0]).toContain('"status":404');
    }
  });

  it('is in no list', async () => {
    const hidden: Partial<Show>[] = [
      { privacy: 'private' },
      { privacy: 'unlisted' },
      { privacy: 'private', ...PAST },
      { privacy: 'unlisted', ...PAST },
      { state: 'draft' },
      { state: 'cancelled' },
    ];
    for (const [index, changes] of hidden.entries())
      await put({ showId: `${SHOW_ID.slice(0, -1)}${index}`, title: 'Hidden', ...changes });
    expect((await get('/watch')).text).not.toContain('Hidden');
    expect(await json('/audience/v1/shows')).toEqual({ live: [], before: [], after: [] });
  });
});

describe('a public and an unlisted show', () => {
  it.each([
    ['before', {}, 'Upcoming'],
    ['live', LIVE, 'Live'],
    ['after', PAST, 'Past'],
  ] as [string, Partial<Show>, string][])('have a page %s', async (phase, changes, word) => {
    for (const privacy of ['public', 'unlisted'] as const) {
      await test.reset();
      ({ audience } = makeAudience(test));
      await put({ ...changes, privacy });
      const { status, text, headers } = await get(PAGE);
      expect(status).toBe(200);
      expect(text).toContain(word);
      expect(headers.get('cache-control')).toBe('public, max-age=5');
      expect(await json(`/audience/v1/shows/${ID}`)).toMatchObject({ id: ID, phase, privacy, recording: 'none' });
      expect((await get('/watch')).text.includes('Sunday service')).toBe(privacy === 'public');
      expect(text.includes('noindex')).toBe(privacy === 'unlisted');
    }
  });

  it('are found by their id, whatever the words of the address say', async () => {
    await put();
    expect((await get(`/watch/other-words-${ID}`)).text).toContain(`rel="canonical" href="http://localhost${PAGE}"`);
  });

  it('have texts that stay text', async () => {
    const attack = '"><script>alert(1)</script>';
    await put({ title: attack, description: attack, category: attack, tags: [attack] });
    for (const path of ['/watch', `/watch/${ID}`, `/embed/${ID}`, `/watch?q=${encodeURIComponent(attack)}`]) {
      const { text } = await get(path);
      expect(text, path).not.toContain('<script>alert');
      expect(text, path).toContain('&quot;&gt;&lt;script&gt;');
    }
  });

  it('are listed by time or by likes, which count within half a minute', async () => {
    const LIKED = 'shw_00000000000000000000000000';
    await put({ title: 'Sooner', category: 'Music' });
    await put({ showId: LIKED, title: 'Liked', category: 'Music', startsAt: '2027-01-01T10:00:00.000Z' });
    await putLike(test.deps, { showId: LIKED, authorId: 'a', isLiked: true, now: test.deps.now() });
    const order = async (path: string) => {
      const { text } = await get(path);
      return text.indexOf('Liked') < text.indexOf('Sooner') ? 'liked first' : 'sooner first';
    };
    expect(await order('/watch')).toBe('sooner first');
    expect(await order('/watch?order=nonsense')).toBe('sooner first');
    expect(await order('/watch?order=likes')).toBe('liked first');
    const { text } = await get('/watch?order=likes');
    expect(text).toContain('1 like<');
    expect(text).toContain('href="/watch?category=Music&amp;order=likes"');
    expect(text).toContain('<input type="hidden" name="order" value="likes"');
    expect((await json('/audience/v1/shows?order=likes')).before[0].title).toBe('Liked');
    await putLike(test.deps, { showId: LIKED, authorId: 'b', isLiked: true, now: test.deps.now() });
    advance(31);
    expect((await get('/watch')).text).toContain('2 likes<');
  });

  it('offer other public shows with the reason', async () => {
    const other = (number: number) => `shw_${String(number).repeat(26)}`;
    await put({ category: 'Music' });
    await put({ showId: other(1), title: 'Concert', category: 'Music' });
    await put({ showId: other(2), title: 'Secret', category: 'Music', privacy: 'private' });
    await put({ showId: other(3), title: 'Hidden', category: 'Music', privacy: 'unlisted' });
    const { text } = await get(PAGE);
    expect(text).toContain('Also in Music');
    expect(text).toContain('Concert');
    expect(text).not.toMatch(/Secret|Hidden/);
    expect((await get(`/embed/${ID}`)).text).not.toContain('Concert');
  });

  it('have a cover, a calendar entry and an embed', async () => {
    const at = { uploadedAt: '2026-11-20T10:00:00.000Z', uploadedBy: 'x' };
    const png = buildPlainPng(640, 360, '204060');
    const picture = { png: new Uint8Array(png), width: 640, height: 360 } as never;
    const cover = await storeCover(test.deps, picture, { coverId: 'cov_1', ownerId: SHOW_ID, ...at });
    await put({ cover, title: 'Tea; cake, and more', description: 'ü'.repeat(60) });
    const path = `/audience/v1/shows/${ID}/cover.png`;
    expect((await get(PAGE)).text).toContain(`og:image" content="http://localhost${path}?version=cov_1"`);
    expect((await get(path)).headers.get('content-type')).toBe('image/png');
    // S3 answers so for a missing file, because the public side may not list the bucket.
    const denied = Object.assign(new Error('Access Denied'), { name: 'AccessDenied' });
    vi.spyOn(test.deps.clients.s3, 'send').mockRejectedValueOnce(denied as never);
    expect((await get(path)).status).toBe(404);
    const { text } = await get(`/audience/v1/shows/${ID}/calendar.ics`);
    expect(text).toContain('SUMMARY:Tea\\; cake\\, and more\r\n');
    expect(text).toContain('DTSTART:20261206T100000Z\r\nDTEND:20261206T110000Z\r\n');
    for (const line of text.split('\r\n')) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
    expect(text.replaceAll('\r\n ', '')).toContain(`DESCRIPTION:${'ü'.repeat(60)}`);
    const oembed = `/oembed?url=${encodeURIComponent(`http://localhost${PAGE}`)}`;
    expect(await json(`${oembed}&maxwidth=320`)).toMatchObject({ type: 'video', width: 320, height: 180 });
    expect((await get(`${oembed}&format=xml`)).status).toBe(501);
    expect((await get(oembed.replace('localhost', 'elsewhere.example'))).status).toBe(404);
  });
});

describe('a private show', () => {
  it('is opened by its link, which leaves the address at once', async () => {
    await put({ privacy: 'private' });
    const secret = await putLink();
    const { status, headers } = await get(`${PAGE}?key=${secret}`);
    expect([status, headers.get('location')]).toEqual([303, PAGE]);
    expect(headers.get('set-cookie')).toBe(`sluice-watch-${ID}=${secret}; Path=/; HttpOnly; SameSite=Lax`);
    const opened = await get(PAGE, cookie(secret));
    expect([opened.status, opened.headers.get('cache-control')]).toEqual([200, 'private, no-store']);
    expect(opened.text).not.toContain(secret);
    expect(opened.text).not.toContain('og:title');
    // A frame on another site has no cookie.
    expect((await get(`/embed/${ID}`, cookie(secret))).status).toBe(404);
    expect(log).toEqual([]);
  });

  it.each([
    ['has expired', { expiresAt: '2026-11-21T17:59:59.000Z' }],
    ['was revoked', { revokedAt: '2026-11-20T00:00:00.000Z', revokedBy: 'x' }],
    ['is of another show', { showId: `${SHOW_ID.slice(0, -1)}d` }],
  ])('answers like an unknown one to a link that %s', async (_why, changes) => {
    await put({ privacy: 'private' });
    const secret = await putLink(changes);
    const unknown = await get(`/watch/${'0'.repeat(26)}`);
    for (const answer of [await get(`${PAGE}?key=${secret}`), await get(PAGE, cookie(secret))])
      expect([answer.status, answer.text]).toEqual([404, unknown.text]);
  });

  it('closes within seconds of the revocation of its link, and at its expiry', async () => {
    await put({ privacy: 'private' });
    const secret = await putLink();
    const second = await putLink({ linkId: `${LINK_ID.slice(0, -1)}d`, expiresAt: '2026-11-21T18:01:00.000Z' });
    expect((await get(PAGE, cookie(secret))).status).toBe(200);
    await revokeWatchLink(test.deps, { showId: SHOW_ID, linkId: LINK_ID }, { by: 'x', now: test.time.now });
    advance(3);
    expect((await get(PAGE, cookie(secret))).status).toBe(404);
    expect((await get(PAGE, cookie(second))).status).toBe(200);
    advance(60);
    expect((await get(PAGE, cookie(second))).status).toBe(404);
  });
});

describe('the public side', () => {
  it('ignores the dashboard’s token and session', async () => {
    await put({ privacy: 'private' });
    const session = await test.call('POST', '/api/session', { body: { token: TOKEN }, signedIn: false });
    const headers = {
      authorization: `Bearer ${TOKEN}`,
      cookie: session.headers.get('set-cookie')!.split(';')[0]!,
    };
    expect((await get(PAGE, headers)).status).toBe(404);
  });

  it('sends its own policy with every answer, and only an embed may be framed', async () => {
    await put();
    for (const path of ['/watch', PAGE, '/audience/v1/shows', '/watch/none', '/audience/none']) {
      const { headers } = await get(path);
      const policy = headers.get('content-security-policy')!;
      expect(policy, path).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
      expect(policy, path).toContain("frame-ancestors 'none'");
      expect(headers.get('x-frame-options'), path).toBe('DENY');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
    }
    const { headers } = await get(`/embed/${ID}`);
    expect(headers.get('content-security-policy')).toContain('frame-ancestors *');
    expect(headers.get('x-frame-options')).toBeNull();
  });

  it('421 for a host that is not its own', async () => {
    expect((await get('http://rebound.example/watch')).status).toBe(421);
  });

  it('413 for a body that no route reads', async () => {
    const path = `/audience/v1/shows/${ID}/viewings`;
    const response = await audience.request(path, { method: 'POST', body: 'x'.repeat(20_000) });
    expect(response.status).toBe(413);
  });

  it('503 with Retry-After while too many requests are answered, and reads the shows once for a crowd', async () => {
    const send = vi.spyOn(test.deps.clients.table, 'send');
    const answers = await Promise.all(Array.from({ length: 100 }, () => get('/watch')));
    // Planned, past and other shows, and their likes.
    expect(send).toHaveBeenCalledTimes(4);
    const busy = answers.filter(({ status }) => status === 503);
    expect(busy).toHaveLength(36);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(64);
    expect(Number(busy[0]!.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(busy[0]!.text).toContain('Too many visitors');
  });

  it('429 with Retry-After for an address that sends too many requests, until its minute is over', async () => {
    let caller = 'one';
    ({ audience } = makeAudience(test, { nameCaller: () => caller }));
    for (let count = 0; count < 1_200; count += 1) await get('/audience/none');
    const answer = await get('/audience/none');
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '60']);
    expect((await get('/watch')).text).toContain('Too many visitors');
    caller = 'other';
    expect((await get('/watch')).status).toBe(200);
    caller = 'one';
    advance(60);
    expect((await get('/watch')).status).toBe(200);
  });

  it('500 without the reason, which is logged without the address', async () => {
    ({ audience, log } = makeAudience(test, { deployment: { ...test.deps.deployment, tableName: 'missing' } }));
    const { status, text } = await get(`${PAGE}?key=${watchLinkSecret.create()}`);
    expect(status).toBe(500);
    expect(text).not.toContain('missing');
    expect(log).toHaveLength(1);
    expect(log[0]).not.toContain('key');
  });

  it('counts its answers and viewers for administrators', async () => {
    const statuses: number[] = [];
    let viewers: () => number | null = () => null;
    const meter = {
      answered: (status: number) => statuses.push(status),
      watchedBy: (count: typeof viewers) => (viewers = count),
    };
    ({ audience } = makeAudience(test, { meter }));
    await get('/watch');
    await get('/audience/none');
    await Promise.all(Array.from({ length: 100 }, () => get('/watch')));
    expect(statuses.slice(0, 2)).toEqual([200, 404]);
    expect(statuses.filter((status) => status === 503)).toHaveLength(36);
    expect(viewers()).toBe(0);
  });

  it('404 on every path while it is off', async () => {
    await put();
    audience = createClosedAudience({ https: false });
    for (const path of ['/watch', ...PATHS]) expect((await get(path)).status, path).toBe(404);
  });
});
