import { backupSubject, newest, total, type DeliverySeries } from '../aws/metrics.ts';
import type { Destination, Observation, PipelineFigures } from '../domain/destination.ts';
import { isFiguresDue } from './figures-due.ts';
import type { MonitorDeps } from './monitor-deps.ts';

/** Figures that are carried over from observation to observation while they are not due. */
const FIGURES = [
  'bitrateBps',
  'fillMs',
  'framesPerSecond',
  'wantedFramesPerSecond',
  'droppedFrames',
  'unsentFrames',
  'reconnects',
  'resentPercent',
  'roundTripMs',
  'figuresAt',
] as const satisfies (keyof Observation)[];

/** Returns the figures of this run: read now, or carried over when they are not due. */
export function figuresOf(
  deps: Pick<MonitorDeps, 'figuresEverySeconds'>,
  record: Destination,
  { now, series }: { now: Date; series: ReadonlyMap<string, DeliverySeries> },
): Partial<Observation> {
  const { channel, flowOutput } = record.held;
  const read = series.get(channel?.channelId ?? flowOutput?.flowOutputArn ?? '');
  const activeOutputs = read && newest(read.activeOutputs);
  const delivery = optional('activeOutputs', activeOutputs);
  if (!isFiguresDue(record, now, deps.figuresEverySeconds)) {
    const before = record.observation;
    const kept = FIGURES.map((figure) => optional(figure, before?.[figure]));
    return Object.assign({}, delivery, ...kept) as Partial<Observation>;
  }
  if (!read) return delivery;
  return {
    ...delivery,
    figuresAt: now.toISOString(),
    ...pipelineFigures(read, (activeOutputs ?? 0) > 0),
    ...optional('wantedFramesPerSecond', newest(read.wantedFramesPerSecond)),
    ...optional('droppedFrames', total(read.droppedFrames)),
    ...optional('resentPercent', shareOf(total(read.resentPackets), total(read.sentPackets))),
    ...optional('roundTripMs', newest(read.roundTripMs)),
  };
}

/** Returns the figures of the second pipeline, read now or carried over as those of the first; none without one. */
export function backupOf(
  deps: Pick<MonitorDeps, 'figuresEverySeconds'>,
  record: Destination,
  { now, series }: { now: Date; series: ReadonlyMap<string, DeliverySeries> },
): Pick<Observation, 'backup'> {
  const { channel } = record.held;
  if (channel?.channelClass !== 'STANDARD') return {};
  const read = series.get(backupSubject(channel.channelId));
  const activeOutputs = read && newest(read.activeOutputs);
  const delivery = optional('activeOutputs', activeOutputs);
  if (!isFiguresDue(record, now, deps.figuresEverySeconds)) {
    const { activeOutputs: _former, ...kept } = record.observation?.backup ?? {};
    return { backup: { ...kept, ...delivery } };
  }
  return { backup: read ? { ...delivery, ...pipelineFigures(read, (activeOutputs ?? 0) > 0) } : delivery };
}

/** Returns the figures that every pipeline has. */
function pipelineFigures(read: DeliverySeries, isWritten: boolean): PipelineFigures {
  return {
    // MediaLive's NetworkOut is never zero, so it means nothing unless an output is being written.
    ...optional('bitrateBps', isWritten ? newest(read.bitrateBps) : null),
    ...optional('fillMs', newest(read.fillMs)),
    ...optional('framesPerSecond', newest(read.outputFramesPerSecond) ?? newest(read.inputFramesPerSecond)),
    ...optional('unsentFrames', total(read.unsentFrames)),
    ...optional('reconnects', total(read.reconnects)),
  };
}

/** Returns a share in percent, to one decimal; null when it is unknown. */
function shareOf(part: number | null, whole: number | null): number | null {
  return part === null || whole === null || whole === 0 ? null : Math.round((part / whole) * 1000) / 10;
}

/** Leaves out a figure that was not reported, which is not the same as zero. */
export function optional<Key extends keyof Observation>(key: Key, value: Observation[Key] | null | undefined) {
  return value === null || value === undefined ? {} : ({ [key]: value } as Pick<Observation, Key>);
}
