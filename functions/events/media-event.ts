import type { AwsDeps } from '../aws/clients.ts';
import { listAllDestinations } from '../aws/destination-table.ts';
import type { Destination } from '../domain/destination.ts';
import { observeRecords, type MonitorDeps } from '../schedules/monitor.ts';
import { repairEgress } from '../schedules/repair-egress.ts';
import type { Logger } from '../workflow/workflow-deps.ts';
import { parseMediaEvent, type MediaEvent, type Refusal } from './event-schema.ts';

/**
 * Events of the media services are a reason to look, never the truth: they may be late, doubled, out of order, forged or
 * missing. An event makes us look at the running destinations it is about, as the monitor does, and at nothing else; it
 * decides nothing and changes nothing in AWS. What was seen after it was sent is not looked at again, and a storm costs
 * one look per pause and subject, because the monitor comes by anyway.
 */
export type MediaEventDeps = MonitorDeps &
  AwsDeps<never, 'inputSecurityGroupId'> & {
    logger: Pick<Logger, 'info' | 'warn'>;
    /** Time between two looks of events at one subject. */
    lookEverySeconds: number;
  };

/** Older ones say nothing that the monitor has not seen; EventBridge delivers up to a day late. */
const AGE_SECONDS_MAX = 900;
/** EventBridge gives the time without fractions. */
const RESOLUTION_MS = 1000;
/** A flow has fifty outputs at most, so there are no more subjects of ours. */
const SUBJECTS_MAX = 200;

type Ignored = Refusal | 'old' | 'ahead';

/**
 * Makes the handler of one process. It remembers what it has looked at.
 * @returns takes anything that comes over the bus; rejects only when looking has failed, so that the event comes again
 */
export function createMediaEventHandler(deps: MediaEventDeps): (event: unknown) => Promise<void> {
  const ignored = new Map<Ignored, number>();
  /** When each subject was last looked at because of an event. */
  const looks = new Map<string, number>();
  const known: KnownChannels = { atMs: -Infinity, arns: new Set() };

  /** A storm makes a handful of lines. Nothing of the event is in them: it may say anything. */
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
    // Channels of others wake us too: the rule on the bus cannot tell them apart.
    if (isForeign(known, subjectArn, deps, now)) return ignore('foreign');
    const lookedAtMs = looks.get(subjectArn);
    if (lookedAtMs !== undefined && isRecent(deps, lookedAtMs, now)) return;
    if (looks.size >= SUBJECTS_MAX) looks.clear();
    looks.set(subjectArn, now.getTime());
    try {
      await lookAt(deps, known, { subjectArn, sentAt }, now);
    } catch (error) {
      looks.delete(subjectArn);
      throw error;
    }
  };
}

/** Our channels as they were read last. */
interface KnownChannels {
  atMs: number;
  arns: ReadonlySet<string>;
}

/** How long the list of our channels is good for; a channel younger than that is the monitor's to see. */
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
): Promise<void> {
  const records = await listAllDestinations(deps);
  known.arns = new Set(records.flatMap(({ held }) => held.channel?.channelArn ?? []));
  known.atMs = now.getTime();
  // Events of the flow are about all it feeds.
  const isOfFlow = subjectArn === deps.deployment.flowArn;
  const about = records.filter(({ held }) => isOfFlow || held.channel?.channelArn === subjectArn);
  const due = about.filter((record) => isDue(deps, record, sentAt, now));
  if (isOfFlow) await repairEgress(deps);
  if (isOfFlow || due.length > 0) await observeRecords(deps, due);
}

/** Another process, or the monitor, may have looked since. */
function isDue(deps: MediaEventDeps, { observation, status }: Destination, sentAt: Date, now: Date): boolean {
  if (status !== 'running') return false;
  if (!observation) return true;
  const observedAtMs = Date.parse(observation.observedAt);
  const isSeen = observedAtMs >= sentAt.getTime() + RESOLUTION_MS && observedAtMs <= now.getTime();
  return !isSeen && !isRecent(deps, observedAtMs, now);
}

/** A time ahead of ours comes from another clock and proves nothing. */
function isRecent({ lookEverySeconds }: MediaEventDeps, atMs: number, now: Date): boolean {
  const ageMs = now.getTime() - atMs;
  return ageMs >= 0 && ageMs < lookEverySeconds * 1000;
}
