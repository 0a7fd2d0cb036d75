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
import { makeProbe } from '../../../test/support/make-probe.ts';
import { makeShow, makeShowDestination, SHOW_ID } from '../../../test/support/make-show.ts';
import { putSourceObservation } from '../../aws/source-table.ts';
import { archiveShow, insertShow } from '../../aws/show-table.ts';
import type { PreflightResource } from '../schemas/preflight.ts';

const test = useTestApi();
const PATH = '/api/preflight';
const OF_SHOW = `/api/shows/${SHOW_ID}/preflight`;
const URL_OF_YOUTUBE = 'rtmps://a.rtmps.youtube.com:443/live2';

const check = (destinationIds: unknown) => test.call('POST', PATH, { body: { destinationIds } });
const messagesOf = ({ problem }: Awaited<ReturnType<typeof check>>) =>
  problem.errors?.map(({ field, message }) => `${field}: ${message}`) ?? [];
const stateOf = (body: PreflightResource, name: string, id: string | null = null) =>
  body.checks.find((each) => each.check === name && (id === null || each.subject.id === id))?.state;

/** Gives the API a test of servers that dials none. */
function useProbe(...given: Parameters<typeof makeProbe>) {
  const probe = makeProbe(...given);
  test.rebuild({ preflight: { ...test.deps.preflight, probe } });
  return probe;
}

const REFUSED = {
  reached: 'nothing',
  failure: { code: 'connection_refused', detail: 'nothing accepts connections at that host and port' },
  address: '203.0.114.7',
  certificateUntil: null,
} as const;

describe('POST /api/preflight', () => {
  it('200 with every check, its subject, words and remedy', async () => {
    await test.put(makeRecord());
    const readAt = test.time.now.toISOString();
    await putSourceObservation(test.deps, {
      ...{
        observedAt: readAt,
        pictureAt: readAt,
        mediaAt: readAt,
        lostSince: null,
        connected: true,
        connectedSince: null,
      },
      ...{ bitrateBps: 6e6, continuityErrors: 0, packetLossPercent: 0, roundTripMs: 1, jitterMs: 1 },
      ...{ picture: { width: 1280, height: 720, framesPerSecond: 25 }, hasAudio: true },
    });
    const probe = useProbe();
    const { status, body } = await check([DESTINATION_ID]);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      occasion: 'request',
      requestedBy: 'operator',
      testedFrom: 'sender',
      outcome: 'warning',
    });
    expect(probe.urls).toEqual([URL_OF_YOUTUBE]);
    const found = Object.fromEntries((body as PreflightResource).checks.map(({ check: name, state }) => [name, state]));
    expect(found).toEqual({
      flow: 'passed',
      source: 'passed',
      picture: 'passed',
      sound: 'passed',
      flow_outputs: 'passed',
      quotas: 'passed',
      recording_space: 'not_possible',
      clock: 'not_possible',
      encoding: 'warning',
      reachable: 'passed',
      key: 'warning',
      duplicate_key: 'passed',
    });
    expect(body.checks.find((each: { check: string }) => each.check === 'encoding')).toEqual({
      check: 'encoding',
      subject: { kind: 'destination', id: DESTINATION_ID, name: 'Main' },
      isRequired: true,
      state: 'warning',
      detail: 'The source has 720 lines and is enlarged to 1080, which adds no detail.',
      remedy: 'Choose a smaller encoding, or raise the size in the encoder.',
    });
  });

  it('tests a server that several destinations share once, and the backup address too', async () => {
    const backupRtmpUrl = 'rtmps://b.rtmps.youtube.com:443/live2?backup=1';
    await test.put(makeRecord({ backupRtmpUrl }));
    await test.put(makeRecord({ destinationId: OTHER_ID, streamKeyFingerprint: 'ffff' }));
    const probe = useProbe({ [backupRtmpUrl]: REFUSED });
    const { body } = await check([DESTINATION_ID, OTHER_ID]);
    expect(probe.urls.toSorted()).toEqual([URL_OF_YOUTUBE, backupRtmpUrl]);
    expect(stateOf(body, 'reachable', OTHER_ID)).toBe('passed');
    expect(stateOf(body, 'backup_reachable', DESTINATION_ID)).toBe('failed');
    expect(body.outcome).toBe('failed');
  });

  it('does not dial a destination that is on air, nor a URL that is not allowed', async () => {
    await test.put(makeRunning());
    await test.put(makeRecord({ destinationId: OTHER_ID, platform: 'custom', rtmpUrl: 'rtmp://10.0.0.1/live' }));
    const probe = useProbe();
    const { body } = await check([DESTINATION_ID, OTHER_ID]);
    expect(probe.urls).toEqual([]);
    expect(stateOf(body, 'reachable', DESTINATION_ID)).toBe('passed');
    expect(stateOf(body, 'reachable', OTHER_ID)).toBe('failed');
  });

  it('says on AWS that the test came from another address, and that the API cannot read the input security group', async () => {
    await test.put(makeRecord());
    useProbe({ [URL_OF_YOUTUBE]: REFUSED }, 'elsewhere');
    const { body } = await check([DESTINATION_ID]);
    expect(body.testedFrom).toBe('elsewhere');
    expect(stateOf(body, 'reachable')).toBe('warning');
    expect(stateOf(body, 'egress')).toBe('not_possible');
  });

  it('says that the flow is unknown when MediaConnect does not answer', async () => {
    await test.put(makeRecord());
    useProbe();
    test.mediaConnect.failure = Object.assign(new Error('down'), { name: 'ServiceUnavailableException' });
    const { status, body } = await check([DESTINATION_ID]);
    expect(status).toBe(200);
    expect([stateOf(body, 'flow'), stateOf(body, 'flow_outputs')]).toEqual(['not_possible', 'not_possible']);
  });

  it('compares the clock where a time server is set', async () => {
    await test.put(makeRecord());
    const compareClock = async () => ({ ok: true as const, server: 'time', offsetMs: 5_000, uncertaintyMs: 10 });
    test.rebuild({ preflight: { ...test.deps.preflight, probe: makeProbe(), compareClock } });
    expect(stateOf((await check([DESTINATION_ID])).body, 'clock')).toBe('failed');
  });

  it('422 names every destination that cannot be checked', async () => {
    await test.put(makeRecord());
    await test.put(makePrimary());
    const probe = useProbe();
    const answer = await check([DESTINATION_ID, MISSING_ID, 'primary', DESTINATION_ID]);
    expect(answer.status).toBe(422);
    expect(messagesOf(answer)).toEqual([
      `destinationIds.1: ${MISSING_ID} is no destination: GET /api/destinations lists all`,
      'destinationIds.2: the preview has no platform to check: leave it out',
      `destinationIds.3: ${DESTINATION_ID} is listed twice: list it once`,
    ]);
    expect(probe.urls).toEqual([]);
  });

  it.each([
    ['none', []],
    ['more than 100', Array.from({ length: 101 }, () => DESTINATION_ID)],
    ['no id', ['; DROP']],
    ['no list', DESTINATION_ID],
  ])('422 for %s', async (_, ids) => {
    const { status, problem } = await check(ids);
    expect([status, problem.code]).toEqual([422, 'validation_failed']);
    expect(problem.errors?.[0]?.field).toMatch(/^destinationIds/);
  });
});

describe('POST and GET /api/shows/{showId}/preflight', () => {
  async function putShow(changes = {}) {
    await insertShow(
      test.deps,
      makeShow({
        destinations: [
          makeShowDestination(DESTINATION_ID, { name: 'Main', isRequired: true }),
          makeShowDestination(MISSING_ID, { name: 'Gone' }),
        ],
        ...changes,
      }),
    );
  }

  it('200 with the result, which is kept with the show', async () => {
    await test.put(makeRecord());
    await putShow();
    useProbe({ [URL_OF_YOUTUBE]: REFUSED });
    expect((await test.call('GET', OF_SHOW)).status).toBe(404);
    expect((await test.call('GET', `/api/shows/${SHOW_ID}`)).body.preflight).toBeNull();
    const { status, body } = await test.call('POST', OF_SHOW);
    expect(status).toBe(200);
    expect(body.checks.find((each: { check: string }) => each.check === 'destination')).toMatchObject({
      subject: { id: MISSING_ID, name: 'Gone' },
      state: 'failed',
      isRequired: false,
    });
    expect((await test.call('GET', OF_SHOW)).body).toEqual(body);
    const { body: show } = await test.call('GET', `/api/shows/${SHOW_ID}`);
    const { checks: _checks, testedFrom: _from, ...summary } = body;
    expect(show.preflight).toEqual(summary);
    expect(show.revision).toBe(1);
    expect(show.log.at(-1)).toEqual({
      at: body.checkedAt,
      actor: 'operator',
      detail: expect.stringMatching(/^checked the show: \d+ failed, .*\d+ passed$/),
    });
  });

  it('says which failures the show can do without', async () => {
    await test.put(makeRecord());
    await test.put(makeRecord({ destinationId: OTHER_ID, streamKeyFingerprint: 'ffff', name: 'Other' }));
    await putShow({
      destinations: [makeShowDestination(DESTINATION_ID, { isRequired: true }), makeShowDestination(OTHER_ID)],
    });
    useProbe({ [URL_OF_YOUTUBE]: REFUSED });
    const { body } = await test.call('POST', OF_SHOW);
    const required = (body as PreflightResource).checks
      .filter((each) => each.check === 'reachable')
      .map(({ isRequired, subject }) => [subject.id, isRequired]);
    expect(required).toEqual([
      [DESTINATION_ID, true],
      [OTHER_ID, false],
    ]);
  });

  it('409 for a show that has ended, and 404 for one that does not exist', async () => {
    const show = makeShow({ state: 'ended', endedAt: '2026-12-06T11:00:00.000Z' });
    await insertShow(test.deps, show);
    await archiveShow(test.deps, show);
    expect((await test.call('POST', OF_SHOW)).problem.code).toBe('illegal_transition');
    const missing = '/api/shows/shw_01k8m3v0s5n2q8w4x6y7z9a1zz/preflight';
    expect((await test.call('POST', missing)).status).toBe(404);
    expect((await test.call('GET', missing)).status).toBe(404);
  });

  it('422 for a query parameter, of which there is none', async () => {
    expect((await test.call('POST', `${OF_SHOW}?force=true`)).status).toBe(422);
    expect((await test.call('GET', `${OF_SHOW}?page=2`)).status).toBe(422);
  });

  it('every documented status has a test', async () => {
    expect(await test.unmetStatuses(PATH, '/api/shows/{showId}/preflight')).toEqual([]);
  });
});
