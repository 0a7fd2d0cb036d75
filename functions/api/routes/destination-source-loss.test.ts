import { describe, expect, it } from 'vitest';
import { makeBody, makeRecord, makeRunning, useTestApi } from '../../../test/support/api.ts';

const test = useTestApi();
const post = (fields: object) => test.call('POST', '/api/destinations', { body: { ...makeBody(), ...fields } });
const patch = (id: string, body: object) => test.call('PATCH', `/api/destinations/${id}`, { body });
const messagesOf = (answer: Awaited<ReturnType<typeof post>>) =>
  Object.fromEntries((answer.problem.errors ?? []).map(({ field, message }) => [field, message]));

describe('the loss of the source in POST /api/destinations', () => {
  it('201 with the platform’s default, which is not stored', async () => {
    const { body } = await post({});
    expect(body).toMatchObject({ onSourceLoss: 'hold', holdMinutes: 10, slate: null });
    expect(await test.read(body.destinationId)).not.toHaveProperty('onSourceLoss');
  });

  it('201 with the given action and limit', async () => {
    const { body } = await post({ onSourceLoss: 'stop', holdMinutes: 3 });
    expect(body).toMatchObject({ onSourceLoss: 'stop', holdMinutes: 3 });
  });

  it.each([
    ['onSourceLoss', { onSourceLoss: 'freeze' }, /hold.*wait.*stop/],
    ['holdMinutes', { holdMinutes: -1 }, /at least 0/],
    ['holdMinutes', { holdMinutes: 1_441 }, /at most 1440/],
    ['holdMinutes', { holdMinutes: 1.5 }, /int/],
    ['holdMinutes', { onSourceLoss: 'stop', holdMinutes: 0 }, /at least 1 minute/],
  ])('422 for %s: %j', async (field, fields, message) => {
    const answer = await post(fields);
    expect(answer.status).toBe(422);
    expect(messagesOf(answer)[field]).toMatch(message);
  });

  it('422 for an SRT destination that is to hold', async () => {
    const srt = { name: 'Studio', platform: 'srt', rtmpUrl: 'srt://1.1.1.1:9000', onSourceLoss: 'hold' };
    const answer = await test.call('POST', '/api/destinations', { body: srt });
    expect(answer.status).toBe(422);
    expect(messagesOf(answer)['onSourceLoss']).toMatch(/use wait or stop/);
  });
});

describe('the loss of the source in PATCH', () => {
  it('409 on air when it changes the channel, 200 for the limit alone', async () => {
    const record = makeRunning({ onSourceLoss: 'hold' });
    await test.put(record);
    const refused = await patch(record.destinationId, { onSourceLoss: 'wait' });
    expect([refused.status, refused.problem.code]).toEqual([409, 'restart_required']);
    const answer = await patch(record.destinationId, { holdMinutes: 0 });
    expect([answer.status, answer.body.holdMinutes]).toEqual([200, 0]);
  });

  it('422 for a limit of 0 where the destination stops', async () => {
    const record = makeRecord({ onSourceLoss: 'stop' });
    await test.put(record);
    expect((await patch(record.destinationId, { holdMinutes: 0 })).status).toBe(422);
  });
});
