import { expect, it } from 'vitest';
import { withOperation } from '../../domain/lifecycle.ts';
import {
  DESTINATION_ID,
  makeFlow,
  makePrimary,
  makeRecord,
  makeRunning,
  MISSING_ID,
  NOW,
  OTHER_ID,
  STREAM_KEY,
  useTestApi,
} from '../../../test/support/api.ts';

const test = useTestApi();

const read = (query = '') => test.call('GET', `/api/status.txt${query}`);

it('says the source and the worst state first, then one line per destination', async () => {
  test.mediaConnect.flow = makeFlow('STANDBY');
  await test.put(makePrimary());
  await test.put(makeRecord({ name: 'Main\tStage', desiredAt: '2026-11-21T17:00:00.000Z' }));
  const starting = makeRecord({ destinationId: OTHER_ID, name: 'Second', desired: 'running' });
  await test.put(withOperation(starting, 'start', { now: NOW, requestedBy: 'operator' }));
  const { headers, status, text } = await read();
  expect([status, headers.get('content-type'), headers.get('cache-control')]).toEqual([
    200,
    'text/plain; charset=utf-8',
    'no-store',
  ]);
  expect(text).toBe(
    `source\tOff\tunknown\tStarting\nMain Stage\tStopped\t2026-11-21T17:00:00.000Z\nSecond\tStarting\t${NOW.toISOString()}\n`,
  );
});

it('answers one destination alone, and 404 for an unknown one', async () => {
  const lastError = { code: 'x', detail: 'broken', remedy: 'mend', at: '2026-11-21T16:00:00.000Z' } as never;
  await test.put(makeRecord({ status: 'error', lastError }));
  expect((await read(`?destination=${DESTINATION_ID}`)).text).toBe('Main\tFailed\t2026-11-21T16:00:00.000Z\n');
  expect((await read(`?destination=${MISSING_ID}`)).status).toBe(404);
  expect((await read('?destination=Main')).status).toBe(422);
  expect((await read('?destinations=all')).status).toBe(422);
});

it('says unknown for what is not known, and still lists the destinations without a source', async () => {
  const gone = Object.assign(new Error('gone'), { name: 'NotFoundException', $metadata: {} });
  test.mediaConnect.failure = gone;
  await test.put(makeRunning({ observation: null }));
  expect((await read()).text).toBe('source\tUnknown\tunknown\tChecking\nMain\tChecking\tunknown\n');
});

it('says that there is none, and never an address or a key', async () => {
  expect((await read()).text).toMatch(/^source\t[\w ]+\t\S+\tnone\n$/);
  await test.put(makeRunning());
  expect((await read()).text).not.toMatch(new RegExp(`rtmp|${STREAM_KEY}`));
});
