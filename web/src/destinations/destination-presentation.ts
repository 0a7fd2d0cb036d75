import type { DestinationResource } from '../../../functions/api/schemas/destinations.ts';
import type { DestinationStatus } from '../../../functions/domain/destination.ts';
import type { HealthLevel } from '../../../functions/domain/health-reasons.ts';
import { isReady, stateWordOf } from '../../../functions/domain/state-word.ts';
import { formatTimeOfDay, sentence } from '../ui/format.ts';
import type { Glyph, Tone } from '../ui/tone.ts';

/**
 * Words and colours of a destination. The tone says what the operator must do: green is proven delivery, amber recovers
 * automatically, red needs attention. The API decides the state (`onAir`, `health`, `allowedActions`); this file only
 * maps it by records over the API's enums, so a new value is a compile error.
 */

/** Words, colour and glyph of one destination at one moment. */
export interface Presentation {
  tone: Tone;
  glyph: Glyph;
  word: string;
  /** One line below the word; may be empty. */
  reason: string;
  /** What the operator should do; empty when no action is needed. */
  remedy: string;
  /** Time of the next automatic attempt, RFC 3339; null when unknown. */
  nextAttemptAt: string | null;
}

type Look = Pick<Presentation, 'tone' | 'glyph'>;

const STATUS_LOOKS: Record<DestinationStatus, Look> = {
  idle: { tone: 'off', glyph: 'off' },
  creating: { tone: 'motion', glyph: 'motion' },
  starting: { tone: 'motion', glyph: 'motion' },
  running: { tone: 'motion', glyph: 'unknown' },
  stopping: { tone: 'motion', glyph: 'motion' },
  deleting: { tone: 'motion', glyph: 'motion' },
  error: { tone: 'attention', glyph: 'attention' },
};

const RUNNING_LOOKS: Record<HealthLevel, Look> = {
  unknown: { tone: 'motion', glyph: 'unknown' },
  waiting_for_source: { tone: 'waiting', glyph: 'waiting' },
  slate: { tone: 'slate', glyph: 'slate' },
  starting: { tone: 'motion', glyph: 'motion' },
  good: { tone: 'stale', glyph: 'unknown' },
  degraded: { tone: 'motion', glyph: 'healing' },
  reconnecting: { tone: 'motion', glyph: 'healing' },
  down: { tone: 'attention', glyph: 'attention' },
};

/** The primary has no buttons, so the API's remedies to start, stop or edit do not apply. */
const PRIMARY_REMEDIES: Record<HealthLevel, string> = {
  unknown: '',
  waiting_for_source: 'Start the encoder',
  slate: '',
  starting: '',
  good: '',
  degraded: '',
  reconnecting: '',
  down: 'It recovers automatically. If it does not, restart Sluice',
};

/** Returns words, colour and glyph of a destination with fresh data. */
export function presentDestination(destination: DestinationResource): Presentation {
  const { status, health, lastError } = destination;
  const word = stateWordOf(destination);
  if (status === 'running') return { word, ...presentRunning(destination) };
  if (status === 'error') {
    return {
      word,
      ...STATUS_LOOKS.error,
      reason: sentence(lastError?.detail ?? health.detail),
      remedy: sentence(lastError?.remedy ?? health.remedy),
      nextAttemptAt: null,
    };
  }
  return { word, ...STATUS_LOOKS[status], reason: '', remedy: '', nextAttemptAt: null };
}

function presentRunning(destination: DestinationResource): Omit<Presentation, 'word'> {
  const { health, primary } = destination;
  if (destination.onAir) {
    return { tone: 'air', glyph: 'air', reason: '', remedy: '', nextAttemptAt: null };
  }
  if (destination.pause && isReady(destination)) return presentPaused(destination.pause);
  const look = RUNNING_LOOKS[health.level];
  const { nextAttemptAt } = health;
  const remedy = primary ? PRIMARY_REMEDIES[health.level] : sentence(health.remedy);
  // The source card explains a lost source for all rows, so rows keep their height.
  const isKnown = health.level === 'waiting_for_source';
  const told = { reason: isKnown ? '' : sentence(health.detail), remedy: isKnown ? '' : remedy, nextAttemptAt };
  if (health.severity === 'fatal') return { ...look, tone: 'attention', glyph: 'attention', ...told };
  if (health.severity === 'transient' && look.tone === 'attention') {
    return { ...look, tone: 'motion', glyph: 'healing', ...told };
  }
  return { ...look, ...told };
}

function presentPaused({ state, until }: NonNullable<DestinationResource['pause']>): Omit<Presentation, 'word'> {
  const held = until === null ? 'Held until you go live' : `Held until ${formatTimeOfDay(until)}`;
  return {
    ...{ tone: 'waiting', glyph: 'waiting' },
    ...{ reason: state === 'ending' ? 'Goes live now' : held, remedy: '', nextAttemptAt: null },
  };
}

/** Returns the same words greyed, for stale data. */
export function presentStale(presentation: Presentation): Presentation {
  return { ...presentation, tone: 'stale' };
}

/** Returns the screen reader's announcement of a state change. */
export function announcementFor(name: string, presentation: Presentation): string {
  return [`${name}: ${presentation.word.toLowerCase()}`, presentation.reason, presentation.remedy]
    .filter(Boolean)
    .join('. ')
    .replaceAll('..', '.');
}
