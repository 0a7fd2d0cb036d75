import type { AwsDeps } from '../aws/clients.ts';
import { listAllDestinations } from '../aws/destination-table.ts';
import type { Destination } from '../domain/destination.ts';
import { observeAndEvaluate, type MonitorRunDeps } from '../schedules/monitor-run.ts';
import { repairEgress } from '../schedules/repair-egress.ts';
import { AGE_SECONDS_MAX } from './event-age.ts';
import { parseMediaEvent, type MediaEvent, type Refusal } from './event-schema.ts';

/**
 * Treats events of the media services as a reason to read AWS, never as the truth: they may be late, doubled, out of
 * order, forged or missing. For an event the handler observes the running destinations it concerns, as the monitor
 * does. It decides nothing, and changes nothing in AWS except to allow a new egress address of the flow. It skips what
 * was observed after the event was sent. A storm costs one observation at once and one after each pause: an event
 * within the pause waits for its end, and all others of its subject join it.
 */
export type MediaEventDeps = MonitorRunDeps &
  AwsDeps<never, 'inputSecurityGroupId'> & {
    /** Least time between two observations of one subject that events cause. */
    lookEverySeconds: number;
    /** Waits for the end of the pause. */
    sleep: (delayMs: number) => Promise<void>;
  };

/** EventBridge gives the time in whole seconds. */
const RESOLUTION_MS = 1000;
/** A flow has at most fifty outputs, so a deployment never has more subjects than this. */
const SUBJECTS_MAX = 200;

type Ignored = Refusal | 'old' | 'ahead';

/**
 * Creates the handler of one process, which remembers its recent observations.
 * @returns accepts anything from the bus; rejects only when an observation fails, so that the event is delivered again
 */
export function createMediaEventHandler(deps: MediaEventDeps): (event: unknown) => Promise<void> {
  const ignored = new Map<Ignored, number>();
  /** When an event last caused an observation, by subject. */
  const looks = new Map<string, number>();
  /** When the newest event that waits for the end of the pause was sent, by subject. */
  const waiting = new Map<string, Date>();
  const known: KnownChannels = { atMs: -Infinity, arns: new Set() };

  /** Logs a handful of lines even in a storm, and nothing of the event, which may contain anything. */
  function ignore(reason: Ignored): void {
    const count = (ignored.get(reason) ?? 0) + 1;
    ignored.set(reason, count);
    if (Number.isInteger(Math.log2(count))) deps.logger.warn('media event ignored', { reason, count });
  }

  return async (event) => {
    const parsed = parseMediaEvent(event, deps.deployment.flowArn);
    if (typeof parsed === 'string') return ignore(parsed);
    const { subjectArn, sentAt } = parsed;
    const now = deps.now();
    const ageSeconds = (now.getTime() - sentAt.getTime()) / 1000;
    if (ageSeconds > AGE_SECONDS_MAX) return ignore('old');
    if (ageSeconds < -AGE_SECONDS_MAX) return ignore('ahead');
    // The rule on the bus cannot filter by channel, so events of other deployments arrive too.
    if (isForeign(known, subjectArn, deps, now)) return ignore('foreign');
    if (joins(subjectArn, sentAt)) return;
    const restMs = restOfPause(deps, looks.get(subjectArn), now) || (await look({ subjectArn, sentAt }));
    if (restMs === 0 || joins(subjectArn, sentAt)) return;
    waiting.set(subjectArn, sentAt);
    await deps.sleep(restMs);
    const newest = waiting.get(subjectArn) ?? sentAt;
    waiting.delete(subjectArn);
    await look({ subjectArn, sentAt: newest });
  };

  /** Lets an event share the observation that another one waits for. @returns false when none waits */
  function joins(subjectArn: string, sentAt: Date): boolean {
    const other = waiting.get(subjectArn);
    if (other && sentAt > other) waiting.set(subjectArn, sentAt);
    return other !== undefined;
  }

  /** @returns how long the pause still lasts for destinations that were observed just before the event; 0 for none */
  async function look(event: MediaEvent): Promise<number> {
    const now = deps.now();
    if (looks.size >= SUBJECTS_MAX) looks.clear();
    looks.set(event.subjectArn, now.getTime());
    try {
      return await lookAt(deps, known, event, now);
    } catch (error) {
      looks.delete(event.subjectArn);
      throw error;
    }
  }
}

/** This deployment's channels when they were last read. */
interface KnownChannels {
  atMs: number;
  arns: ReadonlySet<string>;
}

/** How long the list of channels is valid. The monitor observes channels that are younger. */
const KNOWN_SECONDS = 60;

function isForeign({ atMs, arns }: KnownChannels, subjectArn: string, { deployment }: MediaEventDeps, now: Date) {
  const ageMs = now.getTime() - atMs;
  if (subjectArn === deployment.flowArn || ageMs < 0 || ageMs >= KNOWN_SECONDS * 1000) return false;
  return !arns.has(subjectArn);
}

async function lookAt(
  deps: MediaEventDeps,
  known: KnownChannels,
  { subjectArn, sentAt }: MediaEvent,
  now: Date,
): Promise<number> {
  const records = await listAllDestinations(deps);
  known.arns = new Set(records.flatMap(({ held }) => held.channel?.channelArn ?? []));
  known.atMs = now.getTime();
  // An event of the flow concerns every destination it feeds.
  const isOfFlow = subjectArn === deps.deployment.flowArn;
  const about = records.filter(({ held }) => isOfFlow || held.channel?.channelArn === subjectArn);
  const unseen = about.filter((record) => isUnseen(record, sentAt, now));
  const restOf = ({ observation }: Destination) =>
    restOfPause(deps, observation ? Date.parse(observation.observedAt) : undefined, now);
  const due = unseen.filter((record) => restOf(record) === 0);
  if (isOfFlow) await repairEgress(deps);
  if (isOfFlow || due.length > 0) await observeAndEvaluate(deps, records, due);
  return Math.max(0, ...unseen.map(restOf));
}

/** Returns true unless another process or the monitor has observed the destination since the event. */
function isUnseen({ observation, status }: Destination, sentAt: Date, now: Date): boolean {
  if (status !== 'running') return false;
  if (!observation) return true;
  const observedAtMs = Date.parse(observation.observedAt);
  return observedAtMs < sentAt.getTime() + RESOLUTION_MS || observedAtMs > now.getTime();
}

/** Returns how long the pause after a time still lasts. A time in the future comes from another clock and proves nothing. */
function restOfPause({ lookEverySeconds }: MediaEventDeps, atMs: number | undefined, now: Date): number {
  const ageMs = now.getTime() - (atMs ?? -Infinity);
  return ageMs >= 0 ? Math.max(0, lookEverySeconds * 1000 - ageMs) : 0;
}
