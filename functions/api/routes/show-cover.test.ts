import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { DescribeExecutionCommand } from '@aws-sdk/client-sfn';
import { beforeEach, describe, expect, it } from 'vitest';
import { DESTINATION_ID, makeRecord, TOKEN, useTestApi } from '../../../test/support/api.ts';
import { makeShow, SHOW_ID } from '../../../test/support/make-show.ts';
import { COVER_PREFIX } from '../../aws/cover-store.ts';
import { putPicture } from '../../aws/picture-store.ts';
import { getSeries } from '../../aws/show-series-table.ts';
import { archiveShow, changeShow, getShow, insertShow, listOpenShows } from '../../aws/show-table.ts';
import { buildPlainPng } from '../../domain/plain-png.ts';
import { readPngHeader, writePng } from '../../domain/png.ts';
import { sweepShows } from '../../schedules/sweep-shows.ts';

const test = useTestApi();
const SHOWS = '/api/shows';
const PATH = `${SHOWS}/${SHOW_ID}/cover`;
const PNG = buildPlainPng(1280, 720, '204060');
const OTHER_PNG = buildPlainPng(640, 360, 'c81ea0');

beforeEach(() => void test.mocks.sfn.on(DescribeExecutionCommand).resolves({ status: 'RUNNING' }));

const put = async (body: Buffer, path = PATH, type = 'image/png') => {
  const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': type };
  const response = await test.api.request(path, { method: 'PUT', headers, body: new Uint8Array(body) });
  return { status: response.status, body: await response.json() };
};
/** Reads the picture that an answer names. */
const picture = async (url: string) => {
  const response = await test.api.request(url, { headers: { authorization: `Bearer ${TOKEN}` } });
  return { status: response.status, headers: response.headers, bytes: Buffer.from(await response.arrayBuffer()) };
};
const widthOf = async (url: string) => readPngHeader((await picture(url)).bytes).width;
/** Lists all stored covers as `owner/cover`. */
const stored = async () => {
  const { Contents: found = [] } = await test.deps.clients.s3.send(
    new ListObjectsV2Command({ Bucket: test.deps.deployment.reportBucket, Prefix: COVER_PREFIX }),
  );
  return found.map(({ Key: key }) => key!.slice(COVER_PREFIX.length).replace('.png', ''));
};
const keyOf = async (showId: string) => {
  const cover = (await getShow(test.deps, showId))!.cover!;
  return `${cover.ownerId}/${cover.coverId}`;
};

describe('PUT /api/shows/{showId}/cover', () => {
  it('200 stores the picture, and no wake-up of the show becomes stale', async () => {
    await insertShow(test.deps, makeShow());
    const { body, status } = await put(PNG);
    expect([status, body.cover]).toMatchObject([
      200,
      { width: 1280, height: 720, uploadedAt: test.deps.now().toISOString(), uploadedBy: 'operator' },
    ]);
    expect([body.revision, (await getShow(test.deps, SHOW_ID))!.executionRevision]).toEqual([1, 1]);
    expect(body.log.at(-1)).toMatchObject({ detail: 'set the cover' });
    const got = await picture(body.cover.url);
    expect([got.status, got.headers.get('content-type')]).toEqual([200, 'image/png']);
    expect(readPngHeader(got.bytes)).toMatchObject({ width: 1280, height: 720 });
    const { body: list } = await test.call('GET', SHOWS);
    expect(list.data[0].cover).toEqual(body.cover);
  });

  it('200 replaces the picture, and the replaced one is deleted', async () => {
    await insertShow(test.deps, makeShow());
    const { body: first } = await put(PNG);
    const { body: second } = await put(OTHER_PNG);
    expect(second.cover.url).not.toBe(first.cover.url);
    expect(await stored()).toEqual([await keyOf(SHOW_ID)]);
    expect(await widthOf(second.cover.url)).toBe(640);
  });

  it.each<[string, Buffer, string]>([
    ['an SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'is neither a PNG nor a JPEG'],
    ['a text file', Buffer.from('a cover'), 'is neither a PNG nor a JPEG'],
    ['nothing', Buffer.alloc(0), 'is empty'],
    ['a truncated PNG', PNG.subarray(0, 60), 'is cut off'],
    ['an animated PNG', animated(), 'is animated'],
    ['a picture of one pixel', buildPlainPng(1, 1, '000000'), 'is 1 × 1 pixels'],
    ['a picture that is too large', buildPlainPng(3840, 2160, '000000'), 'is 3840 × 2160 pixels'],
    ['3 MB', Buffer.alloc(3_000_000), 'is larger than 2 MB'],
  ])('422 for %s, and the earlier cover stays', async (_what, upload, detail) => {
    await insertShow(test.deps, makeShow());
    await put(PNG);
    const before = await stored();
    const { body, status } = await put(upload);
    expect([status, body.detail]).toEqual([422, `the image ${detail}`]);
    expect(body.remedy).toMatch(/^send one /);
    expect(await stored()).toEqual(before);
  });

  it('413 for 10 MB and 415 for another content type, with what to send', async () => {
    await insertShow(test.deps, makeShow());
    expect((await put(Buffer.alloc(10_000_000))).status).toBe(413);
    const { body, status } = await put(PNG, PATH, 'text/plain');
    expect([status, body.remedy]).toEqual([415, 'send the picture with the content type image/png or image/jpeg']);
  });

  it('404 for an unknown show and 409 for one that has ended, and nothing is stored', async () => {
    expect((await put(PNG)).status).toBe(404);
    const ended = makeShow({ state: 'ended', endedAt: '2026-12-06T11:00:00.000Z' });
    await insertShow(test.deps, ended);
    await archiveShow(test.deps, ended);
    const { body, status } = await put(PNG);
    expect([status, body.detail]).toEqual([409, 'cannot edit: the show is ended']);
    expect(await stored()).toEqual([]);
  });

  it('deletes the new picture when the show ends while it is stored', async () => {
    await insertShow(test.deps, makeShow());
    const { s3 } = test.deps.clients;
    const send = s3.send.bind(s3);
    s3.send = (async (...call: Parameters<typeof send>) => {
      const answer = await send(...call);
      await changeShow(test.deps, SHOW_ID, (show) => ({ ...show, state: 'ending' }));
      return answer;
    }) as typeof s3.send;
    try {
      expect((await put(PNG)).status).toBe(409);
    } finally {
      s3.send = send as typeof s3.send;
    }
    expect(await stored()).toEqual([]);
  });
});

describe('GET /api/shows/{showId}/cover', () => {
  it('may be kept for a year with its version only', async () => {
    await insertShow(test.deps, makeShow());
    const { body } = await put(PNG);
    const controlOf = async (url: string) => (await picture(url)).headers.get('cache-control');
    expect(await controlOf(body.cover.url)).toBe('private, max-age=31536000, immutable');
    expect(await controlOf(PATH)).toBe('private, no-cache');
    await put(OTHER_PNG);
    expect(await controlOf(body.cover.url)).toBe('private, no-cache');
    expect((await picture(`${PATH}?version=x`)).status).toBe(422);
  });

  it('404 without a cover, without the show, and for a picture that is gone', async () => {
    expect((await test.call('GET', PATH)).status).toBe(404);
    const cover = { coverId: 'cov_x', ownerId: SHOW_ID, width: 1, height: 1, uploadedAt: '', uploadedBy: '' };
    await insertShow(test.deps, makeShow({ cover }));
    expect((await test.call('GET', PATH)).problem.detail).toBe(`the show ${SHOW_ID} has no cover`);
  });
});

describe('DELETE /api/shows/{showId}/cover', () => {
  it('204 removes the cover and its picture, and again does nothing', async () => {
    await insertShow(test.deps, makeShow());
    await put(PNG);
    expect((await test.call('DELETE', PATH)).status).toBe(204);
    expect((await test.call('DELETE', PATH)).status).toBe(204);
    const { body } = await test.call('GET', `${SHOWS}/${SHOW_ID}`);
    expect([body.cover, await stored()]).toEqual([null, []]);
    expect(body.log.filter(({ detail }: { detail: string }) => detail === 'removed the cover')).toHaveLength(1);
  });
});

describe('the pictures of a show that is deleted', () => {
  it('are deleted with those that no record names, and no others', async () => {
    await insertShow(test.deps, makeShow({ state: 'draft' }));
    await put(PNG);
    await putPicture(test.deps, `${COVER_PREFIX}${SHOW_ID}/cov_left.png`, PNG);
    await putPicture(test.deps, `${COVER_PREFIX}${SHOW_ID}x/cov_other.png`, PNG);
    expect((await test.call('DELETE', `${SHOWS}/${SHOW_ID}`)).status).toBe(204);
    expect(await stored()).toEqual([`${SHOW_ID}x/cov_other`]);
  });
});

describe('a copy of a show', () => {
  const duplicate = () =>
    test.call('POST', `${SHOWS}/${SHOW_ID}/duplicate`, { body: { localStart: '2026-12-13T10:00' } });

  it('201 has the cover, which outlives that of the original', async () => {
    await insertShow(test.deps, makeShow());
    await put(PNG);
    const { body } = await duplicate();
    expect(body.cover).toMatchObject({ width: 1280, height: 720 });
    await test.call('DELETE', PATH);
    expect(await widthOf(body.cover.url)).toBe(1280);
    expect(await stored()).toEqual([await keyOf(body.showId)]);
  });

  it('201 by coverFrom, and without a cover when the original has none', async () => {
    await insertShow(test.deps, makeShow());
    const create = (coverFrom: string) =>
      test.call('POST', SHOWS, { body: { title: 'x', zone: 'UTC', localStart: '2026-12-20T10:00', coverFrom } });
    expect((await create(SHOW_ID)).body.cover).toBeNull();
    await put(PNG);
    expect(await widthOf((await create(SHOW_ID)).body.cover.url)).toBe(1280);
    const refused = await create('shw_01k8m3v0s5n2q8w4x6y7z9a1zz');
    expect([refused.status, refused.problem.errors![0]!.field]).toEqual([422, 'coverFrom']);
  });

  it('409 for a conflict leaves no picture behind', async () => {
    await test.put(makeRecord({ name: 'YouTube' }));
    await insertShow(test.deps, makeShow());
    await put(PNG);
    const body = {
      ...{ title: 'x', zone: 'UTC', localStart: '2026-12-20T10:00', isDraft: false, coverFrom: SHOW_ID },
      destinations: [{ destinationId: DESTINATION_ID }],
    };
    expect((await test.call('POST', SHOWS, { body })).status).toBe(201);
    expect(await stored()).toHaveLength(2);
    expect((await test.call('POST', SHOWS, { body })).problem.code).toBe('show_conflict');
    expect((await test.call('POST', SHOWS, { body: { ...body, recurrence: 'FREQ=WEEKLY;COUNT=3' } })).status).toBe(409);
    expect(await stored()).toHaveLength(2);
  });
});

describe('the cover of a series', () => {
  const plan = async (changes: object = {}) => {
    const body = {
      ...{ title: 'Weekly', zone: 'UTC', localStart: '2026-11-22T20:00', localEnd: '2026-11-22T21:00' },
      ...{ isDraft: false, recurrence: 'FREQ=WEEKLY;COUNT=4', ...changes },
    };
    const created = await test.call('POST', SHOWS, { body });
    const [first, second] = await listOpenShows(test.deps);
    return { seriesId: created.body.series.seriesId as string, first: first!.showId, second: second!.showId };
  };
  const widths = async () => (await listOpenShows(test.deps)).map(({ cover }) => cover?.width ?? null);
  const following = (showId: string) => `${SHOWS}/${showId}/cover?scope=following`;

  it('is that of its shows, of those that are made later too, except of one with its own', async () => {
    const { first, second, seriesId } = await plan();
    await put(OTHER_PNG, `${SHOWS}/${second}/cover`);
    expect((await put(PNG, following(first))).status).toBe(200);
    test.time.now = new Date('2026-11-22T20:00:01.000Z');
    await sweepShows(test.deps);
    expect(await widths()).toEqual([1280, 640, 1280]);
    expect((await stored()).map((key) => key.split('/')[0]).toSorted()).toEqual([seriesId, second].toSorted());
  });

  it('keeps the cover of earlier shows', async () => {
    const { first, second } = await plan();
    await put(PNG, following(first));
    await put(OTHER_PNG, following(second));
    expect(await widths()).toEqual([1280, 640]);
    const [earlier] = await listOpenShows(test.deps);
    expect(await widthOf(`${SHOWS}/${earlier!.showId}/cover`)).toBe(1280);
    expect(await stored()).toHaveLength(2);
  });

  it('is deleted when no show can have it any more, and kept for past shows', async () => {
    const { first, second, seriesId } = await plan();
    await put(PNG, following(first));
    await put(OTHER_PNG, following(first));
    expect(await stored()).toEqual([await keyOf(first)]);
    await test.call('POST', `${SHOWS}/${first}/cancel`);
    expect((await test.call('DELETE', following(second))).status).toBe(204);
    expect((await getSeries(test.deps, seriesId))!.cover).toBeNull();
    expect(await widths()).toEqual([null]);
    expect(await stored()).toEqual([await keyOf(first)]);
  });

  it('is copied when a series is planned as a copy, and belongs to the series', async () => {
    await insertShow(test.deps, makeShow());
    await put(PNG);
    const { seriesId } = await plan({ coverFrom: SHOW_ID });
    expect(await widths()).toEqual([1280, 1280, 1280]);
    expect((await stored()).map((key) => key.split('/')[0]).toSorted()).toEqual([seriesId, SHOW_ID].toSorted());
  });

  it('stays out of the series when one of its shows with its own cover is edited for all following', async () => {
    const { first } = await plan();
    await put(PNG, `${SHOWS}/${first}/cover`);
    await test.call('PATCH', `${SHOWS}/${first}?scope=following`, { body: { title: 'Other' } });
    test.time.now = new Date('2026-11-22T20:00:01.000Z');
    await sweepShows(test.deps);
    const shows = await listOpenShows(test.deps);
    expect(shows.map(({ title, cover }) => [title, cover?.width ?? null])).toEqual([
      ['Other', 1280],
      ['Other', null],
      ['Other', null],
    ]);
  });

  it('409 for a show that is not part of one', async () => {
    await insertShow(test.deps, makeShow());
    expect((await put(PNG, following(SHOW_ID))).status).toBe(409);
    expect(await stored()).toEqual([]);
  });
});

/** A PNG that announces an animation. */
function animated(): Buffer {
  const header = PNG.subarray(16, 29);
  return writePng([
    { name: 'IHDR', data: header },
    { name: 'acTL', data: Buffer.alloc(8, 1) },
    { name: 'IDAT', data: Buffer.alloc(0) },
  ]);
}
