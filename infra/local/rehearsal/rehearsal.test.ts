import { describe, expect, test } from 'vitest';
import type { RehearsalFaultName } from '../../../functions/api/rehearsal.ts';
import type { Destination } from '../../../functions/domain/destination.ts';
import { makeRecordingEngine } from '../../../test/support/media-endpoint.ts';
import { NOTHING_REHEARSED, type RehearsedFaults } from '../engine/contract.ts';
import { createRehearsal } from './rehearsal.ts';

function makeRehearsal() {
  const engine = makeRecordingEngine();
  const given: RehearsedFaults[] = [];
  engine.rehearse = async (faults) => void given.push(faults);
  engine.send({ sources: [{ flowArn: 'flow' } as never] });
  const channels: Record<string, string> = { one: '11', two: '22' };
  const listDestinations = async () =>
    Object.entries(channels).map(
      ([destinationId, channelId]) => ({ destinationId, held: { channel: { channelId } } }) as Destination,
    );
  const rehearsal = createRehearsal({ engine, listDestinations });
  const simulate = (fault: RehearsalFaultName, destinationId: string | null = null, isActive = true) =>
    rehearsal.switch({ fault, destinationId }, isActive);
  return { rehearsal, given, channels, simulate };
}

const callTo = (service: string) => ({ service, operation: 'Any', input: {} }) as never;

describe('a rehearsal on one machine', () => {
  test('sends the engine lost sources by flow and failing platforms by channel', async () => {
    const { given, simulate } = makeRehearsal();
    await simulate('source_lost');
    await simulate('key_refused', 'two');
    await simulate('source_lost', null, false);
    expect(given).toEqual([
      { ...NOTHING_REHEARSED, lostFlowArns: ['flow'] },
      { ...NOTHING_REHEARSED, lostFlowArns: ['flow'], channels: { 22: 'key_refused' } },
      { ...NOTHING_REHEARSED, channels: { 22: 'key_refused' } },
    ]);
  });

  test('sends the engine a bad line by flow', async () => {
    const { given, simulate } = makeRehearsal();
    await simulate('source_lossy');
    expect(given).toEqual([{ ...NOTHING_REHEARSED, lossyFlowArns: ['flow'] }]);
  });

  test('follows a destination to its next channel, and sends nothing when nothing has changed', async () => {
    const { rehearsal, given, channels, simulate } = makeRehearsal();
    await simulate('platform_slow', 'one');
    await rehearsal.refresh();
    channels['one'] = '33';
    await rehearsal.refresh();
    expect(given.map(({ channels: faults }) => faults)).toEqual([{ 11: 'platform_slow' }, { 33: 'platform_slow' }]);
  });

  test('keeps one failure per platform', async () => {
    const { rehearsal, simulate } = makeRehearsal();
    await simulate('platform_slow', 'one');
    await simulate('platform_frozen', 'one');
    await simulate('key_refused', 'two');
    expect(rehearsal.active().map(({ fault }) => fault)).toEqual(['platform_frozen', 'key_refused']);
  });

  test('throttles seven of ten calls to the media services only', async () => {
    const { rehearsal, simulate } = makeRehearsal();
    const around = rehearsal.hooks.around!;
    const count = async (service: string) => {
      const results = await Promise.allSettled(
        Array.from({ length: 20 }, () => around(callTo(service), async () => 'done')),
      );
      return results.filter(({ status }) => status === 'rejected').length;
    };
    expect(await count('medialive')).toBe(0);
    await simulate('aws_throttled');
    expect(await count('medialive')).toBe(14);
    expect(await count('monitoring')).toBe(0);
    await expect(around(callTo('mediaconnect'), async () => {})).rejects.toMatchObject({
      name: 'TooManyRequestsException',
    });
  });

  test('makes starting channels fall back to IDLE, but not running ones', async () => {
    const { rehearsal, simulate } = makeRehearsal();
    const plan = { kind: 'channels', id: '11', from: 'STARTING', to: 'RUNNING', afterMs: 1 } as const;
    expect(rehearsal.hooks.planTransition!(plan)).toBeUndefined();
    await simulate('start_failed');
    expect(rehearsal.hooks.planTransition!(plan)).toEqual({ to: 'IDLE' });
    expect(rehearsal.hooks.planTransition!({ ...plan, from: 'RECOVERING' })).toBeUndefined();
    expect(rehearsal.hooks.planTransition!({ ...plan, to: 'IDLE', from: 'STOPPING' })).toBeUndefined();
  });
});
