import { describe, expect, it } from 'vitest';
import { DESTINATION_ID, makeRecord, NOW, useTestApi } from '../../../test/support/api.ts';
import { listOpenShows } from '../../aws/show-table.ts';
import { putSourceObservation, type SourceObservation } from '../../aws/source-table.ts';
import type { PreflightResource } from '../schemas/preflight.ts';

const test = useTestApi();
const PATH = '/api/shows';
const BODY = { title: 'Evening', zone: 'UTC', localStart: '2026-11-22T20:00', localEnd: '2026-11-22T21:00' };
const EXPECTED = { width: 1920, height: 1080, framesPerSecond: 50, soundChannels: 2, soundSampleRateHz: 48_000 };

const create = async (changes: object = {}) => {
  await test.put(makeRecord({ name: 'YouTube' }));
  return test.call('POST', PATH, {
    body: { ...BODY, destinations: [{ destinationId: DESTINATION_ID }], expectedSource: EXPECTED, ...changes },
  });
};

describe('the expected source of a show', () => {
  it('is stored, shown, copied, changed and removed', async () => {
    const { status, body } = await create({ expectedSource: { framesPerSecond: 25 } });
    const expectedSource = {
      ...{ width: null, height: null, framesPerSecond: 25, soundChannels: null, soundSampleRateHz: null },
    };
    expect([status, body.expectedSource]).toEqual([201, expectedSource]);
    const localStart = '2026-12-01T10:00';
    const copy = await test.call('POST', `${PATH}/${body.showId}/duplicate`, { body: { localStart } });
    expect(copy.body.expectedSource).toEqual(expectedSource);
    const edit = (change: object | null) =>
      test.call('PATCH', `${PATH}/${body.showId}`, { body: { expectedSource: change } });
    expect((await edit(EXPECTED)).body.expectedSource).toEqual(EXPECTED);
    expect((await edit(null)).body.expectedSource).toBeNull();
  });

  it('is that of every show of a series, and changes for all following', async () => {
    const { body } = await create({ recurrence: 'FREQ=WEEKLY;COUNT=3' });
    const expected = async () => (await listOpenShows(test.deps)).map(({ expectedSource }) => expectedSource);
    expect(await expected()).toEqual([EXPECTED, EXPECTED]);
    const other = { ...EXPECTED, framesPerSecond: 25 };
    await test.call('PATCH', `${PATH}/${body.showId}?scope=following`, { body: { expectedSource: other } });
    expect(await expected()).toEqual([other, other]);
  });

  it('is null for a show that expects nothing', async () => {
    expect((await create({ expectedSource: undefined })).body.expectedSource).toBeNull();
  });

  it.each([
    [{}, 'expectedSource: expects nothing: send at least one value, or null'],
    [{ width: 1920 }, 'expectedSource.height: width and height belong together: send both, or none'],
    [{ height: 1080 }, 'expectedSource.width: width and height belong together: send both, or none'],
    [{ width: 8, height: 1080 }, 'expectedSource.width: must be at least 16'],
    [{ width: 1920, height: 9000 }, 'expectedSource.height: must be at most 4320'],
    [
      { framesPerSecond: 48 },
      'expectedSource.framesPerSecond: must be one of 23.976, 24, 25, 29.97, 30, 50, 59.94, 60, not 48',
    ],
    [{ soundChannels: 17 }, 'expectedSource.soundChannels: must be at most 16'],
    [{ soundSampleRateHz: 96_000 }, 'expectedSource.soundSampleRateHz: must be one of 32000, 44100, 48000, not 96000'],
  ])('422 for %j', async (expectedSource, message) => {
    const { status, problem } = await create({ expectedSource });
    const [first] = problem.errors!;
    expect([status, `${first!.field}: ${first!.message}`]).toEqual([422, message]);
  });
});

describe('the preflight of a show that expects something', () => {
  const secondsBefore = (seconds: number) => new Date(NOW.getTime() - seconds * 1000).toISOString();

  /** Checks the show while the source has what it expects, as the monitor has read it two seconds ago. */
  async function check(changes: Partial<SourceObservation> = {}): Promise<string[]> {
    const { body } = await create();
    await putSourceObservation(test.deps, {
      ...{ observedAt: NOW.toISOString(), lostSince: null, connected: true, connectedSince: secondsBefore(60) },
      ...{ bitrateBps: 6e6, continuityErrors: 0, packetLossPercent: 0, roundTripMs: 1, jitterMs: 1 },
      ...{ picture: { width: 1920, height: 1080, framesPerSecond: 50 }, pictureAt: secondsBefore(2) },
      ...{ hasAudio: true, sound: { channels: 2, sampleRateHz: 48_000 }, mediaAt: secondsBefore(2) },
      ...changes,
    });
    const checked = await test.call('POST', `${PATH}/${body.showId}/preflight`);
    const { checks } = checked.body as PreflightResource;
    return checks.filter((each) => each.check.startsWith('expected_')).map((each) => `${each.check} ${each.state}`);
  }

  it('compares size, rate and sound', async () => {
    expect(await check()).toEqual(['expected_size passed', 'expected_rate passed', 'expected_sound passed']);
    const picture = { width: 1280, height: 720, framesPerSecond: 30 };
    expect(await check({ picture, sound: { channels: 1, sampleRateHz: 48_000 } })).toEqual([
      'expected_size failed',
      'expected_rate failed',
      'expected_sound failed',
    ]);
  });

  it.each([
    ['an encoder that has been replaced since', { connectedSince: secondsBefore(1) }],
    ['a time long before the observation', { pictureAt: secondsBefore(121), mediaAt: secondsBefore(121) }],
    ['a version that did not note the time', { pictureAt: undefined, mediaAt: undefined }],
  ])('knows nothing of what was read of %s', async (_, changes) => {
    expect(await check(changes)).toEqual([
      'expected_size not_possible',
      'expected_rate not_possible',
      'expected_sound not_possible',
    ]);
  });
});
