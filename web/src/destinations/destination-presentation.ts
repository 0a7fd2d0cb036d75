import type { DestinationResource } from '../../../functions/api/schemas/answers.ts';
import type { DestinationStatus } from '../../../functions/domain/destination.ts';
import type { HealthLevel } from '../../../functions/domain/health-reasons.ts';
import { sentence } from '../ui/format.ts';
import type { Glyph, Tone } from '../ui/tone.ts';

/**
 * How a destination is shown. A tone says what the operator must do, not how the machine feels: green is proof, amber
 * heals itself, red needs a person. The API decides what is true (`onAir`, `health`, `allowedActions`); this only
 * picks words and colours, by records over the API's own words, so a new word is a compile error here.
 */

/** Words, colour and glyph of one destination at one moment. */
export interface Presentation {
  tone: Tone;
  glyph: Glyph;
  word: string;
  /** One line under the word; empty when the word says it all. */
  reason: string;
  /** What a person should do; empty when nothing is needed. */
  remedy: string;
  /** When it tries again by itself, RFC 3339; null when that is not known. */
  nextAttemptAt: string | null;
}

type Look = Pick<Presentation, 'tone' | 'glyph' | 'word'>;

const STATUS_LOOKS: Record<DestinationStatus, Look> = {
  idle: { tone: 'off', glyph: 'off', word: 'Stopped' },
  creating: { tone: 'motion', glyph: 'motion', word: 'Setting up' },
  starting: { tone: 'motion', glyph: 'motion', word: 'Starting' },
  running: { tone: 'motion', glyph: 'unknown', word: 'Running' },
  stopping: { tone: 'motion', glyph: 'motion', word: 'Stopping' },
  deleting: { tone: 'motion', glyph: 'motion', word: 'Deleting' },
  error: { tone: 'attention', glyph: 'attention', word: 'Failed' },
};

const RUNNING_LOOKS: Record<HealthLevel, Look> = {
  unknown: { tone: 'motion', glyph: 'unknown', word: 'Checking' },
  waiting_for_source: { tone: 'waiting', glyph: 'waiting', word: 'Waiting for source' },
  starting: { tone: 'motion', glyph: 'motion', word: 'Starting' },
  good: { tone: 'stale', glyph: 'unknown', word: 'Not seen lately' },
  degraded: { tone: 'motion', glyph: 'healing', word: 'Degraded' },
  reconnecting: { tone: 'motion', glyph: 'healing', word: 'Reconnecting' },
  down: { tone: 'attention', glyph: 'attention', word: 'Not arriving' },
};

/** The primary has no buttons of its own, so the API's advice to start, stop or edit it is no help there. */
const PRIMARY_REMEDIES: Record<HealthLevel, string> = {
  unknown: '',
  waiting_for_source: 'Start the encoder',
  starting: '',
  good: '',
  degraded: '',
  reconnecting: '',
  down: 'It recovers automatically. If it does not, restart Sluice',
};

/** Words, colour and glyph for a destination whose data is fresh. */
export function presentDestination(destination: DestinationResource): Presentation {
  const { status, health, lastError } = destination;
  if (status === 'running') return presentRunning(destination);
  if (status === 'error') {
    return {
      ...STATUS_LOOKS.error,
      reason: sentence(lastError?.detail ?? health.detail),
      remedy: sentence(lastError?.remedy ?? health.remedy),
      nextAttemptAt: null,
    };
  }
  return { ...STATUS_LOOKS[status], reason: '', remedy: '', nextAttemptAt: null };
}

function presentRunning(destination: DestinationResource): Presentation {
  const { health, primary } = destination;
  if (destination.onAir) {
    // "On air" is what a person put on air; the primary channel is there anyway and is not counted.
    const word = primary ? 'Live' : 'On air';
    return { tone: 'air', glyph: 'air', word, reason: '', remedy: '', nextAttemptAt: null };
  }
  const look = RUNNING_LOOKS[health.level];
  const { nextAttemptAt } = health;
  const remedy = primary ? PRIMARY_REMEDIES[health.level] : sentence(health.remedy);
  // Every row waits for the same thing, which the source card explains: rows keep their height when the source goes.
  const isKnown = health.level === 'waiting_for_source';
  const told = { reason: isKnown ? '' : sentence(health.detail), remedy: isKnown ? '' : remedy, nextAttemptAt };
  if (health.severity === 'fatal') return { ...look, tone: 'attention', glyph: 'attention', ...told };
  if (health.severity === 'transient' && look.tone === 'attention') {
    return { ...look, tone: 'motion', glyph: 'healing', ...told };
  }
  return { ...look, ...told };
}

/** The same words greyed, for data that may no longer be true. */
export function presentStale(presentation: Presentation): Presentation {
  return { ...presentation, tone: 'stale' };
}

/** What the screen reader hears when a destination's state changes. */
export function announcementFor(name: string, presentation: Presentation): string {
  return [`${name}: ${presentation.word.toLowerCase()}`, presentation.reason, presentation.remedy]
    .filter(Boolean)
    .join('. ')
    .replaceAll('..', '.');
}
