import { GetObjectCommand } from '@aws-sdk/client-s3';
import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import { describe, expect, it } from 'vitest';
import {
  DESTINATION_ID,
  makePrimary,
  makeRecord,
  makeRunning,
  MISSING_ID,
  OTHER_ID,
  useTestApi,
} from '../../../test/support/api.ts';
import { changeDestination } from '../../aws/destination-table.ts';
import { listHistory } from '../../aws/history-table.ts';

const test = useTestApi();

const PATH = `/api/destinations/${DESTINATION_ID}`;
const show = () => test.call('POST', `${PATH}/show-slate`);
const end = () => test.call('POST', `${PATH}/end-slate`);
const stored = async () => (await test.read(DESTINATION_ID))?.slateBreak ?? null;
const started = () =>
  test.mocks.sfn.commandCalls(StartExecutionCommand).map(({ args: [command] }) => command.input.name);
/** Puts the slate into a state, as the state machine does. */
const confirm = (state: 'shown' | null) =>
  changeDestination(test.deps, DESTINATION_ID, (record) => ({
    ...record,
    slateBreak: state && { ...record.slateBreak!, state },
  }));

describe('POST /api/destinations/{destinationId}/show-slate', () => {
  it('202 records the request with an image of the output’s size, and starts the state machine', async () => {
    await test.put(makeRunning());
    const { body, status } = await show();
    expect(status).toBe(202);
    const at = test.deps.now().toISOString();
    expect(body.slate).toEqual({ reason: 'break', state: 'showing', since: at, until: null });
    const slate = await stored();
    expect(slate).toMatchObject({ state: 'showing', requestedBy: expect.any(String) });
    const [, Bucket, Key] = /^s3ssl:\/\/([^/]+)\/(slates\/plain-1920x1080\.png)$/.exec(slate!.image)!;
    const object = await test.deps.clients.s3.send(new GetObjectCommand({ Bucket, Key }));
    const png = Buffer.from(await object.Body!.transformToByteArray());
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([1920, 1080]);
    expect(started()).toEqual([`${DESTINATION_ID}-slate-${test.deps.now().getTime()}-showing`]);
    const rows = await listHistory(test.deps, DESTINATION_ID, 10);
    expect(rows.map(({ entry }) => entry?.detail)).toContain('slate requested instead of the picture');
  });

  it('200 for a repeated request, which starts nothing once the slate is shown', async () => {
    await test.put(makeRunning());
    await show();
    await confirm('shown');
    expect((await show()).status).toBe(200);
    expect(started()).toHaveLength(1);
  });

  it('202 even if the state machine cannot be started, because the sweep carries the request out', async () => {
    await test.put(makeRunning());
    test.mocks.sfn.on(StartExecutionCommand).rejects(new Error('no answer'));
    expect((await show()).status).toBe(202);
    expect(await stored()).toMatchObject({ state: 'showing' });
  });

  it('409 for a destination that is not on air, the preview and an SRT destination', async () => {
    await test.put(makeRecord());
    const answer = await show();
    expect([answer.status, answer.problem.code]).toEqual([409, 'illegal_transition']);
    await test.put(makePrimary());
    expect((await test.call('POST', '/api/destinations/primary/show-slate')).status).toBe(409);
    await test.put(makeRunning({ destinationId: OTHER_ID, platform: 'srt', rtmpUrl: 'srt://1.1.1.1:9000' }));
    const srt = await test.call('POST', `/api/destinations/${OTHER_ID}/show-slate`);
    expect(srt.problem.detail).toMatch(/sends the feed itself/);
    expect(started()).toEqual([]);
  });

  it('404 for a destination that does not exist', async () => {
    expect((await test.call('POST', `/api/destinations/${MISSING_ID}/show-slate`)).status).toBe(404);
  });
});

describe('POST /api/destinations/{destinationId}/end-slate', () => {
  it('202 requests the end, and 200 while it is on its way and without a slate', async () => {
    await test.put(makeRunning());
    expect((await end()).status).toBe(200);
    await show();
    await confirm('shown');
    const { body, status } = await end();
    expect([status, body.slate.state]).toEqual([202, 'ending']);
    expect((await stored())!.unconfirmed).toBeUndefined();
    expect((await end()).status).toBe(200);
    expect(started().at(-1)).toMatch(/-ending$/);
  });

  it('409 when the slate is requested again before its end is confirmed', async () => {
    await test.put(makeRunning());
    await show();
    await end();
    // The call that shows it may still be on its way.
    expect((await stored())!.unconfirmed).toBe(true);
    const again = await show();
    expect([again.status, again.problem.code]).toEqual([409, 'concurrent_change']);
    await confirm(null);
    expect((await show()).status).toBe(202);
  });
});

describe('the slate of several destinations', () => {
  it('202 answers for each, refused ones included', async () => {
    await test.put(makeRunning());
    await test.put(makeRecord({ destinationId: OTHER_ID, name: 'Idle' }));
    const { body, status } = await test.call('POST', '/api/destinations/show-slate', { body: { all: true } });
    expect(status).toBe(202);
    expect(body.results.map(({ destinationId, outcome }: never) => [destinationId, outcome])).toEqual([
      [DESTINATION_ID, 'accepted'],
      [OTHER_ID, 'refused'],
    ]);
    const ended = await test.call('POST', '/api/destinations/end-slate', { body: { all: true } });
    expect(ended.body.results.map(({ outcome }: never) => outcome)).toEqual(['accepted', 'unchanged']);
  });
});

describe('the health of a destination in a break', () => {
  it('is the slate as soon as it is confirmed, and what was observed as soon as it has ended', async () => {
    const observedAt = test.deps.now().toISOString();
    const observation = { observedAt, channelState: 'RUNNING', alerts: [], activeOutputs: 1, sourceConnected: true };
    await test.put(makeRunning({ observation }));
    const levelOf = async () => (await test.call('GET', PATH)).body.health.level;
    await show();
    expect(await levelOf()).toBe('good');
    await confirm('shown');
    expect(await levelOf()).toBe('slate');
    await confirm(null);
    expect(await levelOf()).toBe('good');
  });
});
