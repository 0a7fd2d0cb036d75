import { describe, expect, it } from 'vitest';
import { WAITS, type Accepted } from './waits.ts';

/** What each slow call waits for. The waiting itself is tested in routes/waits.test.ts. */

const flow = (status: string, inUse = 'main') => ({
  status,
  sources: ['main', 'backup'].map((role) => ({ role, isInUse: role === inUse })),
});
const FLOW = '/api/mediaconnect/flow/status';
const DELIVERIES = '/api/notification-targets/tgt_1/deliveries';

interface Case {
  route: string;
  accepted: Partial<Accepted>;
  path: string;
  /** What is read while the work continues, and once it has ended; null: 404. */
  busy: unknown;
  ended: unknown;
  /** The body of the answer where it is not what was read. */
  answer?: unknown;
}

const CASES: Case[] = [
  {
    route: 'POST /api/group-starts',
    accepted: { body: { groupStartId: 'gst_1' } },
    path: '/api/group-starts/gst_1',
    busy: { state: 'ending' },
    ended: { state: 'ended' },
  },
  {
    route: 'POST /api/mediaconnect/flow/start',
    accepted: {},
    path: FLOW,
    busy: flow('STARTING'),
    ended: flow('ACTIVE'),
  },
  {
    route: 'POST /api/mediaconnect/flow/stop',
    accepted: {},
    path: FLOW,
    busy: flow('STOPPING'),
    ended: flow('STANDBY'),
  },
  {
    route: 'POST /api/mediaconnect/flow/switch',
    accepted: { sent: { to: 'backup' } },
    path: FLOW,
    busy: flow('ACTIVE'),
    ended: flow('ACTIVE', 'backup'),
  },
  {
    route: 'POST /api/deliveries/{deliveryId}/replay',
    accepted: { body: { deliveryId: 'dlv_2', targetId: 'tgt_1' } },
    path: DELIVERIES,
    busy: { data: [{ deliveryId: 'dlv_2', state: 'pending' }] },
    ended: {
      data: [
        { deliveryId: 'dlv_2', state: 'failed' },
        { deliveryId: 'dlv_1', state: 'pending' },
      ],
    },
    answer: { deliveryId: 'dlv_2', state: 'failed' },
  },
  {
    route: 'POST /api/orphans/{orphanId}/release',
    accepted: { body: { orphanId: 'one' } },
    path: '/api/orphans',
    busy: { data: [{ orphanId: 'one' }] },
    ended: { data: [{ orphanId: 'two' }] },
    answer: null,
  },
  {
    route: 'DELETE /api/recordings/{recordingId}',
    accepted: { path: '/api/recordings/rec_1' },
    path: '/api/recordings/rec_1',
    busy: { state: 'deleting' },
    ended: null,
  },
  {
    route: 'POST /api/destinations/{destinationId}/show-slate',
    accepted: { body: { destinationId: 'dst_1' } },
    path: '/api/destinations/dst_1',
    busy: { operation: null, lastError: null, status: 'running', desired: 'running', slate: { state: 'showing' } },
    ended: { operation: null, lastError: null, status: 'running', desired: 'running', slate: { state: 'shown' } },
  },
];

describe('the wait of', () => {
  it.each(CASES)('$route', async ({ route, accepted, path, busy, ended, answer = ended }) => {
    const look = async (found: unknown) => {
      const read = async (asked: string) => {
        expect(asked).toBe(path);
        return found as never;
      };
      return WAITS[route]!.look(read, { path: '', sent: undefined, body: undefined, ...accepted });
    };
    expect(await look(busy)).toBeNull();
    expect(await look(ended)).toEqual({ body: answer });
  });
});

describe('the wait of a bulk start', () => {
  const look = (groupStart: string, status: string) =>
    WAITS['POST /api/destinations/start']!.look(
      async (path) =>
        (path === '/api/group-starts/gst_1'
          ? { state: groupStart }
          : {
              data: [
                { destinationId: 'dst_1', operation: null, lastError: null, slate: null, status, desired: status },
              ],
            }) as never,
      {
        path: '',
        sent: {},
        body: { groupStartId: 'gst_1', results: [{ destinationId: 'dst_1', outcome: 'accepted', status: 'idle' }] },
      },
    );

  it('lasts while a destination waits for its turn, and ends with the new statuses', async () => {
    expect(await look('running', 'idle')).toBeNull();
    expect(await look('ended', 'running')).toMatchObject({
      body: { groupStartId: 'gst_1', results: [{ outcome: 'accepted', status: 'running' }] },
    });
  });
});
