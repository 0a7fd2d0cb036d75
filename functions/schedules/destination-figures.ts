import { newest, total, type DeliverySeries } from '../aws/metrics.ts';
import type { Destination, Observation } from '../domain/destination.ts';
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
  // MediaLive's NetworkOut is never zero, so it means nothing unless an output is being written.
  const isWritten = activeOutputs !== null && activeOutputs !== undefined && activeOutputs > 0;
  return {
    ...delivery,
    figuresAt: now.toISOString(),
    ...optional('bitrateBps', isWritten ? newest(read.bitrateBps) : null),
    ...optional('fillMs', newest(read.fillMs)),
    ...optional('framesPerSecond', newest(read.outputFramesPerSecond) ?? newest(read.inputFramesPerSecond)),
    ...optional('wantedFramesPerSecond', newest(read.wantedFramesPerSecond)),
    ...optional('droppedFrames', total(read.droppedFrames)),
    ...optional('unsentFrames', total(read.unsentFrames)),
    ...optional('reconnects', total(read.reconnects)),
    ...optional('resentPercent', shareOf(total(read.resentPackets), total(read.sentPackets))),
    ...optional('roundTripMs', newest(read.roundTripMs)),
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
