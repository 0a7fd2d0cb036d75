import { BatchUpdateScheduleCommand, DescribeChannelCommand, DescribeScheduleCommand } from '@aws-sdk/client-medialive';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createIdleEngine, type SlateImage } from '../../infra/local/engine/contract.ts';
import { startTestDeployment, type TestDeployment } from '../../test/support/test-deployment.ts';
import { changeDestination, getDestination } from '../aws/destination-table.ts';
import { listHistory } from '../aws/history-table.ts';
import { buildPlainPng } from '../domain/plain-png.ts';
import { storeOwnSlate } from '../aws/slate-store.ts';
import { toPicture } from '../domain/picture.ts';
import { SLATE_LIMITS } from '../domain/picture-limits.ts';
import { startSlateExecution } from '../aws/executions.ts';
import type { Destination } from '../domain/destination.ts';
import { towardsDesired } from '../domain/lifecycle.ts';
import { withBreak, withoutBreak } from '../domain/slate-break.ts';
import { requestChange } from './operations.ts';
import { applyBreak } from './slate-break.ts';
import { runSlateStep } from './slate-steps.ts';

let sluice: TestDeployment;
let destinationId: string;
/** What covers the picture of the channel. */
let cover: SlateImage | null;
/** Meets the next BatchUpdateSchedule; calling `send` forwards it. */
let meet: ((send: () => Promise<unknown>) => Promise<unknown>) | null;
const KEY = 'slates/test.png';

beforeEach(async () => {
  cover = null;
  meet = null;
  const engine = {
    ...createIdleEngine(),
    coverChannel: async (_: string, image: SlateImage | null) => void (cover = image),
  };
  sluice = await startTestDeployment({ engine });
  const Bucket = sluice.deps.deployment.reportBucket;
  const Body = buildPlainPng(1280, 720, '1B2430');
  await sluice.deps.clients.s3.send(new PutObjectCommand({ Bucket, Key: KEY, Body }));
  const client: object = sluice.deps.clients.mediaLive;
  const send = (client as { send: (command: object) => Promise<unknown> }).send.bind(client);
  const met = (command: object) => {
    const current = command instanceof BatchUpdateScheduleCommand ? meet : null;
    if (current) meet = null;
    return current ? current(() => send(command)) : send(command);
  };
  Object.assign(client, { send: met });
  ({ destinationId } = await sluice.addDestination());
  await requestChange(sluice.deps, destinationId, {
    requestedBy: 'test',
    decide: (record) => towardsDesired({ ...record, desired: 'running' }),
  });
  await sluice.until(destinationId, 'running', ({ operation, status }) => status === 'running' && operation === null);
});
afterEach(() => sluice.close());

const imageOf = () => `s3ssl://${sluice.deps.deployment.reportBucket}/${KEY}`;
const change = async (to: (record: Destination) => Destination) =>
  (await changeDestination(sluice.deps, destinationId, to))!;
const request = (image = imageOf()) =>
  change((record) => withBreak(record, { image, now: new Date(), requestedBy: 'operator' }));
const step = ({ slateBreak }: Destination) => {
  const { requestedAt, state } = slateBreak!;
  return runSlateStep(sluice.deps, { step: 'ChangeSlate', destinationId, requestedAt, state });
};
const slateOf = async () => (await getDestination(sluice.deps, destinationId))!.slateBreak ?? null;
const show = async () => {
  await step(await request());
  expect(await slateOf()).toMatchObject({ state: 'shown' });
  await expect.poll(() => cover).not.toBeNull();
};
const answer = (name: string, status: number) => async () => {
  throw Object.assign(new Error(name), { name, $metadata: { httpStatusCode: status } });
};
const actionNames = async () => {
  const { held } = (await getDestination(sluice.deps, destinationId))!;
  const schedule = await sluice.deps.clients.mediaLive.send(
    new DescribeScheduleCommand({ ChannelId: held.channel!.channelId }),
  );
  return (schedule.ScheduleActions ?? []).map(({ ActionName }) => ActionName);
};

describe('the step of the slate', () => {
  it('shows the image and removes it, started by the state machine', async () => {
    const requested = await request();
    await startSlateExecution({ ...sluice.deps }, destinationId, requested.slateBreak!);
    await sluice.until(destinationId, 'shown', ({ slateBreak }) => slateBreak?.state === 'shown');
    await expect.poll(() => cover).toMatchObject({ kind: 'file' });
    const ending = await change(withoutBreak);
    await startSlateExecution({ ...sluice.deps }, destinationId, ending.slateBreak!);
    await sluice.until(destinationId, 'ended', ({ slateBreak }) => slateBreak === null);
    await expect.poll(() => cover).toBeNull();
  });

  it('confirms a slate whose answer was lost, without showing it twice', async () => {
    const requested = await request();
    meet = async (send) => {
      await send();
      await answer('InternalServerErrorException', 500)();
    };
    await expect(step(requested)).rejects.toMatchObject({ name: 'Unavailable' });
    expect(await slateOf()).toMatchObject({ state: 'showing' });
    await step(requested);
    expect(await slateOf()).toMatchObject({ state: 'shown' });
    expect(await actionNames()).toHaveLength(1);
  });

  it('leaves a later request alone', async () => {
    const requested = await request();
    await change(withoutBreak);
    await step(requested);
    expect(await actionNames()).toEqual([]);
    expect(await slateOf()).toMatchObject({ state: 'ending', unconfirmed: true });
  });

  it('takes the name of a call on its way, so that it cannot show the slate after its end', async () => {
    const requested = await request();
    const ending = await change(withoutBreak);
    await step(ending);
    expect(await slateOf()).toBeNull();
    // The call of the first step arrives only now.
    await applyBreak(sluice.deps, requested);
    await expect.poll(() => cover).toBeNull();
    expect(await slateOf()).toBeNull();
  });

  it('takes a slate that MediaLive refuses off the record, and the history says so', async () => {
    await step(await request(imageOf().replace('test.png', 'missing.png')));
    expect(await slateOf()).toBeNull();
    const history = await listHistory(sluice.deps, destinationId);
    expect(history.map(({ entry }) => entry?.detail)).toContain(
      'MediaLive refused the slate (UnprocessableEntityException)',
    );
  });

  it('keeps the record of a slate whose end is denied, because it is still on air', async () => {
    await show();
    const ending = await change(withoutBreak);
    meet = answer('ForbiddenException', 403);
    await expect(step(ending)).rejects.toMatchObject({ name: 'StepFailed' });
    expect(await slateOf()).toMatchObject({ state: 'ending' });
    expect(cover).not.toBeNull();
  });

  it('waits for a channel that recovers, which would show the slate again', async () => {
    await show();
    const ending = await change(withoutBreak);
    const { mediaLive } = sluice.deps.clients;
    const recovering = mockClient(mediaLive);
    recovering.on(BatchUpdateScheduleCommand).callsFake(answer('UnprocessableEntityException', 422));
    recovering.on(DescribeScheduleCommand).resolves({ ScheduleActions: [] });
    recovering.on(DescribeChannelCommand).resolves({ State: 'RECOVERING' });
    await expect(step(ending)).rejects.toMatchObject({ name: 'Unavailable' });
    recovering.restore();
    expect(await slateOf()).toMatchObject({ state: 'ending' });
  });

  it('ends with the run: the stop removes the image first', async () => {
    await show();
    await requestChange(sluice.deps, destinationId, {
      requestedBy: 'test',
      decide: (record) => towardsDesired({ ...record, desired: 'idle' }),
    });
    const idle = await sluice.until(destinationId, 'idle', ({ operation, status }) => status === 'idle' && !operation);
    expect(idle.slateBreak).toBeNull();
    expect((await actionNames()).map((name) => name?.replace(/\d+/, 'N'))).toEqual(['slate-N', 'slate-N-end']);
  });
});

describe('an own slate', () => {
  it('covers the output at its size, and is what a destination that holds shows from its next start', async () => {
    const meta = { uploadedAt: new Date().toISOString(), uploadedBy: 'operator' };
    const { uri } = await storeOwnSlate(
      sluice.deps,
      await toPicture(buildPlainPng(640, 360, '204060'), SLATE_LIMITS),
      meta,
    );
    const scaledTo = { width: 1280, height: 720 };
    await step(
      await change((record) => withBreak(record, { image: uri, scaledTo, now: new Date(), requestedBy: 'me' })),
    );
    expect(await slateOf()).toMatchObject({ state: 'shown' });
    await expect.poll(() => cover).toMatchObject({ kind: 'file' });

    const holding = await sluice.addDestination({ onSourceLoss: 'hold' });
    await requestChange(sluice.deps, holding.destinationId, {
      requestedBy: 'test',
      decide: (record) => towardsDesired({ ...record, desired: 'running' }),
    });
    const started = await sluice.until(holding.destinationId, 'running', ({ status }) => status === 'running');
    const channel = await sluice.deps.clients.mediaLive.send(
      new DescribeChannelCommand({ ChannelId: started.held.channel!.channelId }),
    );
    expect(channel.EncoderSettings?.GlobalConfiguration?.InputLossBehavior).toMatchObject({
      InputLossImageType: 'SLATE',
      InputLossImageSlate: { Uri: uri },
    });
  });
});
