import type { PlantedBug } from './planted-bugs.ts';

/** Bugs outside the state machines' steps: in the API, the monitor, the events and the sweep. */
export const ENTRY_POINT_BUGS: readonly PlantedBug[] = [
  {
    name: 'starting several stops at the first that cannot be started',
    file: 'api/routes/destination-bulk.ts',
    find: 'if (!(error instanceof AppError)) throw error;',
    replace: 'if (error) throw error;',
    hunt: [{ workflow: 'several are started over the API, one of them unknown' }],
  },
  {
    name: 'what is given up by force has no ending',
    file: 'workflow/operations.ts',
    find: 'await keepGivenUp(deps, before, operation);',
    replace: '',
    hunt: [{ workflow: 'a start is forced while it starts' }],
  },
  {
    name: 'force gives nothing up',
    file: 'workflow/operations.ts',
    find: 'return isGivenUp ? { ...wished, operation: null } : wished;',
    replace: 'return wished;',
    hunt: [{ workflow: 'a start is forced while it starts' }],
  },
  {
    name: 'a repeated request is carried out again',
    file: 'api/idempotency.ts',
    find: 'if (earlier) return replay(context, earlier);',
    replace: '',
    hunt: [{ workflow: 'one is added twice under one idempotency key' }],
  },
  {
    name: 'the key is in the timeline',
    file: 'api/routes/destination-edit.ts',
    find: "Object.keys(fields).toSorted().join(', ')",
    replace: 'JSON.stringify(fields)',
    hunt: [{ workflow: 'a key is replaced over the API' }],
  },
  {
    name: 'one that has become cold keeps its channel',
    file: 'domain/lifecycle.ts',
    find: "return (record.status === 'idle' || record.status === 'error') && holdsBillable(record) ? 'stop' : null;",
    replace: "return record.status === 'error' && holdsBillable(record) ? 'stop' : null;",
    hunt: [{ workflow: 'one becomes cold while it is being made' }],
  },
  {
    name: 'an old look counts as fresh',
    file: 'domain/health.ts',
    find: 'return Math.abs(now.getTime() - Date.parse(health.observedAt)) <= freshSeconds * 1000;',
    replace: 'return Boolean(freshSeconds);',
    hunt: [{ workflow: 'what is on air is looked at, and then not any more' }],
  },
  {
    name: 'a look is said to be as new as its last call',
    file: 'schedules/monitor.ts',
    find: 'observedAt: listed.now.toISOString(),',
    replace: 'observedAt: new Date(deps.now().getTime() + 1).toISOString(),',
    hunt: [{ workflow: 'what is on air is looked at, and then not any more' }],
  },
  {
    name: 'what was not seen is taken for running',
    file: 'schedules/monitor.ts',
    find: "channelState ?? 'DELETED',",
    replace: "listed.states.size > 0 ? 'STOPPING' : 'DELETED',",
    hunt: [{ workflow: 'what is on air is looked at, and then not any more' }],
  },
  {
    name: 'the sweep does not say what it releases',
    file: 'schedules/sweep-orphans.ts',
    find: "'sweep releases an orphan'",
    replace: "'sweep'",
    hunt: [{ workflow: 'a sweep with something of everything to do' }],
  },
  {
    name: 'leftovers are never released',
    file: 'schedules/sweep-orphans.ts',
    find: 'await tryWith(deps, orphan, step);',
    replace: 'void step;',
    hunt: [{ workflow: 'a sweep with something of everything to do' }],
  },
  {
    name: 'the lease is not looked at again',
    file: 'schedules/sweep-orphans.ts',
    find: '  await requireLease();\n  deps.logger.warn',
    replace: '  deps.logger.warn',
    hunt: [{ workflow: 'a sweep with something of everything to do', step: /sweep/, fault: /goes on/ }],
  },
  {
    name: 'a channel that is gone is taken for running',
    file: 'schedules/sweep-drift.ts',
    find: "if (!isOffAir(inventory.channels.get(channelId)?.state ?? 'DELETED')) {",
    replace: "if (!isOffAir(inventory.channels.get(channelId)?.state ?? 'RUNNING')) {",
    hunt: [{ workflow: 'the channel of the primary is deleted by hand' }],
  },
  {
    name: 'part of the key is logged',
    file: 'workflow/channel-target.ts',
    find: "    kind: 'rtmp',\n    rtmpUrl: record.rtmpUrl,",
    replace:
      "    ...(deps as never as { logger: { info(text: string): void } }).logger.info((await decryptStreamKey(deps, record.destinationId, record.streamKeyCiphertext)).reveal().slice(6, 20)) as object | undefined,\n    kind: 'rtmp',\n    rtmpUrl: record.rtmpUrl,",
    hunt: [{ workflow: 'start cold' }],
  },
];
