import type { PlantedBug } from './planted-bugs.ts';

/** Bugs outside the steps of the state machines: in the API, the monitor, the events and the sweep. */
export const ENTRY_POINT_BUGS: readonly PlantedBug[] = [
  {
    name: 'a bulk start stops at the first destination that cannot start',
    file: 'api/routes/destination-bulk-start.ts',
    find: 'const { code, detail } = explain(error);',
    replace: 'const { code, detail } = explain(error);\n    if (code) throw error;',
    hunt: [{ workflow: 'several destinations are started over the API, one of them unknown' }],
  },
  {
    name: 'a forced operation leaves no ending in the history',
    file: 'workflow/operations.ts',
    find: 'await keepGivenUp(deps, before, operation);',
    replace: '',
    hunt: [{ workflow: 'a start is forced during a start' }],
  },
  {
    name: 'force does not end the operation in flight',
    file: 'workflow/operations.ts',
    find: 'request.decide({ ...record, operation: null })',
    replace: 'request.decide(record)',
    hunt: [{ workflow: 'a start is forced during a start' }],
  },
  {
    name: 'a repeated request is executed again',
    file: 'api/http/idempotency.ts',
    find: 'if (earlier) return replay(context, earlier);',
    replace: '',
    hunt: [{ workflow: 'a destination is added twice with one idempotency key' }],
  },
  {
    name: 'the stream key is in the timeline',
    file: 'api/edit-destination.ts',
    find: "Object.keys(fields).toSorted().join(', ')",
    replace: 'JSON.stringify(fields)',
    hunt: [{ workflow: 'a stream key is replaced over the API' }],
  },
  {
    name: 'a destination that became cold keeps its channel',
    file: 'domain/lifecycle.ts',
    find: "return (record.status === 'idle' || record.status === 'error') && holdsBillable(record) ? 'stop' : null;",
    replace: "return record.status === 'error' && holdsBillable(record) ? 'stop' : null;",
    hunt: [{ workflow: 'a destination becomes cold while it is being created' }],
  },
  {
    name: 'an old observation counts as fresh',
    file: 'domain/health.ts',
    find: 'return Math.abs(now.getTime() - Date.parse(health.observedAt)) <= freshSeconds * 1000;',
    replace: 'return Boolean(freshSeconds);',
    hunt: [{ workflow: 'a destination on air is no longer monitored' }],
  },
  {
    name: 'an observation has the time of its last call',
    file: 'schedules/monitor.ts',
    find: 'observedAt: listed.now.toISOString(),',
    replace: 'observedAt: new Date(deps.now().getTime() + 1).toISOString(),',
    hunt: [{ workflow: 'a destination on air is no longer monitored' }],
  },
  {
    name: 'an unobserved channel counts as running',
    file: 'schedules/monitor.ts',
    find: "channelState ?? 'DELETED',",
    replace: "listed.states.size > 0 ? 'STOPPING' : 'DELETED',",
    hunt: [{ workflow: 'a destination on air is no longer monitored' }],
  },
  {
    name: 'the sweep does not log what it releases',
    file: 'schedules/sweep-orphans.ts',
    find: "'sweep releases an orphan'",
    replace: "'sweep'",
    hunt: [{ workflow: 'a sweep with every kind of work' }],
  },
  {
    name: 'orphans are never released',
    file: 'schedules/sweep-orphans.ts',
    find: 'await tryWith(deps, orphan, step);',
    replace: 'void step;',
    hunt: [{ workflow: 'a sweep with every kind of work' }],
  },
  {
    name: 'the sweep does not check its lease again',
    file: 'schedules/sweep-orphans.ts',
    find: '  await requireLease();\n  deps.logger.warn',
    replace: '  deps.logger.warn',
    hunt: [{ workflow: 'a sweep with every kind of work', step: /sweep/, fault: /continues/ }],
  },
  {
    name: 'a deleted channel counts as running',
    file: 'schedules/sweep-drift.ts',
    find: "!isOffAir(inventory.channels.get(channelId)?.state ?? 'DELETED')",
    replace: "!isOffAir(inventory.channels.get(channelId)?.state ?? 'RUNNING')",
    hunt: [{ workflow: 'the channel of the primary is deleted manually' }],
  },
  {
    name: 'part of the stream key is logged',
    file: 'workflow/channel-target.ts',
    find: "    kind: 'rtmp',\n    rtmpUrl: record.rtmpUrl,",
    replace:
      "    ...(deps as never as { logger: { info(text: string): void } }).logger.info((await decryptStreamKey(deps, record.destinationId, record.streamKeyCiphertext)).reveal().slice(6, 20)) as object | undefined,\n    kind: 'rtmp',\n    rtmpUrl: record.rtmpUrl,",
    hunt: [{ workflow: 'start cold' }],
  },
];
