import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import {
  DESTINATION_ID,
  makePrimary,
  makeRecord,
  makeRunning,
  NOW,
  TOKEN,
  useTestApi,
} from '../../../test/support/api.ts';

const test = useTestApi();
const read = (headers = {}) => test.call('GET', '/api/snapshot', { headers });
const body = async (path: string) => (await test.call('GET', path)).body;

describe('GET /api/snapshot', () => {
  it('200 with what the single calls answer', async () => {
    await test.put(makeRunning());
    await test.put(makePrimary());
    const { status, body: snapshot } = await read();
    expect(status).toBe(200);
    expect(snapshot).toEqual({
      destinations: (await body('/api/destinations')).data,
      source: await body('/api/mediaconnect/flow/status'),
      primary: await body('/api/primary'),
      incidents: (await body('/api/incidents')).data,
      groupStarts: (await body('/api/group-starts')).data,
      orphans: (await body('/api/orphans')).data,
      costs: await body('/api/costs/now'),
      ceilings: await body('/api/ceilings'),
      noSourceLimit: await body('/api/no-source-limit'),
      presence: (await body('/api/presence')).data,
      rehearsal: (await body('/api/rehearsal')).data,
      service: await body('/api/health'),
      problems: {},
    });
    expect(snapshot.destinations.map(({ destinationId }: { destinationId: string }) => destinationId)).toEqual([
      DESTINATION_ID,
      'primary',
    ]);
  });

  it('200 with all destinations, over all pages', async () => {
    const ids = Array.from({ length: 203 }, (_, index) => `dst_01k8m3v0s5n2q8w4x6${String(index).padStart(8, '0')}`);
    for (const destinationId of ids) await test.put(makeRecord({ destinationId }));
    const { body: snapshot } = await read();
    expect(snapshot.destinations.map((each: { destinationId: string }) => each.destinationId)).toEqual(ids);
  });

  it('200 without a part that cannot be read, and says why', async () => {
    await test.put(makeRunning());
    test.mediaConnect.flow = null as never;
    const { status, body: snapshot } = await read();
    expect([status, snapshot.source, snapshot.destinations.length]).toEqual([200, null, 1]);
    expect(snapshot.problems).toMatchObject({ source: { code: expect.any(String), remedy: expect.any(String) } });
    expect(snapshot.service).toMatchObject({ status: 'degraded' });
  });

  it('200 without drills on AWS, where there are none', async () => {
    test.rebuild({ rehearsal: undefined });
    const { body: snapshot } = await read();
    expect([snapshot.rehearsal, snapshot.problems]).toEqual([null, {}]);
  });

  it('200 with the other parts when the destinations cannot be read', async () => {
    const { table } = test.deps.clients;
    const send = (command: { input: { ExpressionAttributeValues?: Record<string, unknown> } }) => {
      if (command.input.ExpressionAttributeValues?.[':pk'] === 'DESTINATIONS') throw new Error('no answer');
      return table.send(command as never);
    };
    test.rebuild({ clients: { ...test.deps.clients, table: { send } as never } });
    const { status, body: snapshot } = await read();
    expect([status, snapshot.destinations]).toEqual([200, null]);
    expect(snapshot.problems).toMatchObject({ destinations: { code: 'internal', requestId: expect.any(String) } });
    expect(snapshot.source).toMatchObject({ status: 'ACTIVE' });
    expect(snapshot.incidents).toEqual([]);
  });

  it('reads each partition once for all parts', async () => {
    await test.put(makeRunning());
    const seen = test.watchTable();
    await read();
    const partitions = seen.filter((each) => !each.endsWith('Command'));
    expect(partitions.filter((each) => each === 'DESTINATIONS')).toHaveLength(1);
    expect(partitions).toEqual([...new Set(partitions)]);
    // The next snapshot reads again.
    const before = seen.length;
    await read();
    expect(seen.slice(before)).toContain('DESTINATIONS');
  });

  it('304 while only the time of reading has changed', async () => {
    await test.put(makeRecord());
    const first = await read();
    test.time.now = new Date(NOW.getTime() + 10_000);
    const second = await read({ 'if-none-match': first.headers.get('etag')! });
    expect(first.body.costs.observedAt).not.toBe((await read()).body.costs.observedAt);
    expect(second.status).toBe(304);
  });

  it('304 while nothing has changed', async () => {
    await test.put(makeRecord());
    const etag = (await read()).headers.get('etag')!;
    const unchanged = await read({ 'if-none-match': `"other", ${etag}` });
    expect([unchanged.status, unchanged.text, unchanged.headers.get('etag')]).toEqual([304, '', etag]);
    await test.put(makeRecord({ destinationId: `${DESTINATION_ID.slice(0, -2)}33` }));
    expect((await read({ 'if-none-match': etag })).status).toBe(200);
  });

  it('is compressed on request, under the same ETag', async () => {
    for (let index = 10; index < 60; index += 1) {
      await test.put(
        makeRunning({ destinationId: `${DESTINATION_ID.slice(0, -2)}${index}`, name: `Channel ${index}` }),
      );
    }
    const plain = await read();
    const response = await test.api.request('/api/snapshot', {
      headers: { authorization: `Bearer ${TOKEN}`, 'accept-encoding': 'gzip, deflate, br' },
    });
    expect([response.headers.get('content-encoding'), response.headers.get('etag')]).toEqual([
      'gzip',
      plain.headers.get('etag'),
    ]);
    const sent = Buffer.from(await response.arrayBuffer());
    expect(gunzipSync(sent).toString()).toBe(plain.text);
    // Fifty rows of alike destinations.
    expect(plain.text.length / sent.length).toBeGreaterThan(10);
  });

  it('authenticates its caller once', async () => {
    const { authentication } = test.deps;
    let count = 0;
    const authenticate: typeof authentication.authenticate = (...request) => {
      count += 1;
      return authentication.authenticate(...request);
    };
    test.rebuild({ authentication: { ...authentication, authenticate } });
    expect((await read()).body.problems).toEqual({});
    expect(count).toBe(1);
  });

  it('passes the role of its caller on to the parts', async () => {
    await test.put(makeRunning());
    const asRole = (role: 'viewer' | null) =>
      test.rebuild({
        authentication: { ...test.deps.authentication, authenticate: async () => ({ id: 'a', via: 'bearer', role }) },
      });
    asRole('viewer');
    const list = await body('/api/destinations');
    expect((await read()).body.destinations).toEqual(list.data);
    asRole(null);
    expect((await read()).status).toBe(403);
  });

  it('401 without credentials', async () => {
    expect((await test.call('GET', '/api/snapshot', { signedIn: false })).status).toBe(401);
  });
});
