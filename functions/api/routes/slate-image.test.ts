import { describe, expect, it } from 'vitest';
import { DESTINATION_ID, makeRunning, useTestApi } from '../../../test/support/api.ts';
import { buildPlainPng } from '../../domain/plain-png.ts';
import { getOwnSlate } from '../../aws/slate-table.ts';

const test = useTestApi();

const PATH = '/api/slate-image';
const PNG = buildPlainPng(640, 360, '204060');
const put = async (body: Buffer, type = 'image/png') => {
  const headers = { authorization: 'Bearer test-token-0123456789', 'content-type': type };
  const response = await test.api.request(PATH, { method: 'PUT', headers, body: new Uint8Array(body) });
  return { status: response.status, body: await response.json() };
};

describe('PUT /api/slate-image', () => {
  it('200 keeps a PNG by its content, whatever its type says, and GET returns its pixels', async () => {
    const withText = Buffer.concat([PNG, Buffer.from('taken at home')]);
    const { body, status } = await put(withText, 'image/jpeg');
    expect([status, body]).toMatchObject([200, { width: 640, height: 360, uploadedAt: test.deps.now().toISOString() }]);
    const got = await test.call('GET', PATH);
    expect([got.status, got.headers.get('content-type')]).toEqual([200, 'image/png']);
    expect(got.text).not.toContain('taken at home');
    expect((await getOwnSlate(test.deps))!.uri).toMatch(/^s3ssl:\/\/.+\/slates\/own-[0-9a-f]{32}\.png$/);
  });

  it('422 with what to send for anything else, and the earlier slate stays', async () => {
    await put(PNG);
    const before = await getOwnSlate(test.deps);
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>');
    expect((await put(svg, 'image/svg+xml')).status).toBe(422);
    expect((await put(PNG, 'text/plain')).status).toBe(415);
    const { body, status } = await put(svg);
    expect([status, body.detail]).toEqual([422, 'the image is neither a PNG nor a JPEG']);
    expect(body.remedy).toMatch(/PNG or JPEG/);
    expect((await put(PNG.subarray(0, 100))).status).toBe(422);
    expect(await getOwnSlate(test.deps)).toEqual(before);
  });

  it('413 above 4 MB', async () => {
    const { body, status } = await put(Buffer.alloc(4_000_001));
    expect([status, body.detail]).toEqual([413, 'the body is larger than 4 MB']);
    expect(body.remedy).toBe('send a smaller image');
  });

  it('200 with a warning for an image that MediaLive would stretch, on AWS only', async () => {
    const square = buildPlainPng(400, 400, '204060');
    expect((await put(square)).body.warnings).toEqual([]);
    test.rebuild({ embedded: false });
    expect((await put(square)).body.warnings).toMatchObject([
      {
        code: 'slate_shape',
        detail: expect.stringContaining('400 × 400'),
        remedy: expect.stringContaining('black bars'),
      },
    ]);
    for (const [width, height] of [
      [854, 480],
      [1280, 720],
    ] as const) {
      expect((await put(buildPlainPng(width, height, '204060'))).body.warnings).toEqual([]);
    }
  });

  it('a JPEG is converted where that is possible', async () => {
    const jpeg = Buffer.from([0xff, 0xd8, 0xff, 0xc0, 0, 11, 8, 1, 0x68, 2, 0x80, 1, 1, 0x11, 0]);
    expect((await put(jpeg, 'image/jpeg')).body.remedy).toBe('save it as a PNG and send that');
    test.deps.convertJpeg = async () => PNG;
    try {
      expect((await put(jpeg, 'image/jpeg')).status).toBe(200);
    } finally {
      delete test.deps.convertJpeg;
    }
  });
});

it('a break shows the own slate, scaled to the output, and the plain one after DELETE', async () => {
  await put(PNG);
  await test.put(makeRunning());
  await test.call('POST', `/api/destinations/${DESTINATION_ID}/show-slate`);
  const { uri } = (await getOwnSlate(test.deps))!;
  expect((await test.read(DESTINATION_ID))!.slateBreak).toMatchObject({
    image: uri,
    scaledTo: { width: 1920, height: 1080 },
  });
  expect((await test.call('DELETE', PATH)).status).toBe(204);
  expect((await test.call('GET', PATH)).status).toBe(404);
});
