import { BatchUpdateScheduleCommand, DescribeScheduleCommand } from '@aws-sdk/client-medialive';
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
import { listHistory } from '../../aws/history-table.ts';

const test = useTestApi();

const PATH = `/api/destinations/${DESTINATION_ID}`;
const show = () => test.call('POST', `${PATH}/show-slate`);
const end = () => test.call('POST', `${PATH}/end-slate`);
const awsError = (name: string, status: number) =>
  Object.assign(new Error(name), { name, $metadata: { httpStatusCode: status } });
/** What MediaLive was asked to do, as the names of the settings and the action. */
const asked = () =>
  test.mocks.mediaLive.commandCalls(BatchUpdateScheduleCommand).map(({ args: [command] }) => {
    const [action] = command.input.Creates?.ScheduleActions ?? [];
    return [Object.keys(action?.ScheduleActionSettings ?? {})[0], action?.ActionName];
  });
const stored = async () => (await test.read(DESTINATION_ID))?.slateBreak ?? null;

describe('POST /api/destinations/{destinationId}/show-slate', () => {
  it('200 covers the output with an image of its size, and records who asked', async () => {
    await test.put(makeRunning());
    expect((await show()).status).toBe(200);
    const [call] = test.mocks.mediaLive.commandCalls(BatchUpdateScheduleCommand);
    const settings = call!.args[0].input.Creates!.ScheduleActions![0]!.ScheduleActionSettings!;
    expect(settings.StaticImageOutputActivateSettings).toMatchObject({
      Image: { Uri: expect.stringMatching(/^s3ssl:\/\/.+\/slates\/plain-1920x1080\.png$/) },
      OutputNames: ['rtmp'],
    });
    expect(await stored()).toMatchObject({ state: 'shown', requestedBy: expect.any(String) });
    const rows = await listHistory(test.deps, DESTINATION_ID, 10);
    expect(rows.map(({ entry }) => entry?.detail)).toContain('slate shown');
  });

  it('200 for a repeated request, which asks MediaLive nothing', async () => {
    await test.put(makeRunning());
    await show();
    expect((await show()).status).toBe(200);
    expect(asked()).toHaveLength(1);
  });

  it('200 when an earlier attempt took effect and its answer was lost', async () => {
    await test.put(makeRunning());
    test.mocks.mediaLive.on(BatchUpdateScheduleCommand).rejects(awsError('UnprocessableEntityException', 422));
    const ActionName = `slate-${test.deps.now().getTime()}`;
    test.mocks.mediaLive.on(DescribeScheduleCommand).resolves({ ScheduleActions: [{ ActionName } as never] });
    expect((await show()).status).toBe(200);
    expect(await stored()).toMatchObject({ state: 'shown' });
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
    expect(asked()).toEqual([]);
  });

  it('503 and no slate on record when MediaLive refuses', async () => {
    await test.put(makeRunning());
    test.mocks.mediaLive.on(BatchUpdateScheduleCommand).rejects(awsError('UnprocessableEntityException', 422));
    test.mocks.mediaLive.on(DescribeScheduleCommand).resolves({ ScheduleActions: [] });
    const answer = await show();
    expect([answer.status, answer.problem.code]).toEqual([503, 'aws_refused']);
    expect(await stored()).toBeNull();
  });

  it('503 and the request stays on record when MediaLive does not answer', async () => {
    await test.put(makeRunning());
    test.mocks.mediaLive.on(BatchUpdateScheduleCommand).rejects(awsError('InternalServerErrorException', 500));
    const answer = await show();
    expect([answer.status, answer.problem.code]).toEqual([503, 'upstream_unavailable']);
    expect(await stored()).toMatchObject({ state: 'showing' });
  });

  it('404 for a destination that does not exist', async () => {
    expect((await test.call('POST', `/api/destinations/${MISSING_ID}/show-slate`)).status).toBe(404);
  });
});

describe('POST /api/destinations/{destinationId}/end-slate', () => {
  it('200 removes the image, and again 200 without a call', async () => {
    await test.put(makeRunning());
    await show();
    expect((await end()).status).toBe(200);
    expect(await stored()).toBeNull();
    expect(asked().map(([kind]) => kind)).toEqual([
      'StaticImageOutputActivateSettings',
      'StaticImageOutputDeactivateSettings',
    ]);
    expect((await end()).status).toBe(200);
    expect(asked()).toHaveLength(2);
  });

  it('503 keeps the slate on record as ending when MediaLive does not answer; then it cannot be shown again at once', async () => {
    await test.put(makeRunning());
    await show();
    test.mocks.mediaLive.on(BatchUpdateScheduleCommand).rejects(awsError('InternalServerErrorException', 500));
    expect((await end()).status).toBe(503);
    expect(await stored()).toMatchObject({ state: 'ending' });
    const again = await show();
    expect([again.status, again.problem.code]).toEqual([409, 'concurrent_change']);
  });

  it('200 when the channel is already down, because it shows nothing', async () => {
    await test.put(makeRunning());
    await show();
    test.mocks.mediaLive.on(BatchUpdateScheduleCommand).rejects(awsError('NotFoundException', 404));
    expect((await end()).status).toBe(200);
    expect(await stored()).toBeNull();
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
