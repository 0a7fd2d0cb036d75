import type { DestinationStatus } from './destination.ts';
import type { HealthLevel } from './health-reasons.ts';

/** One or two words for the state of a destination, as the dashboard and `GET /api/status.txt` show it. */

const STATUS_WORDS = {
  idle: 'Stopped',
  creating: 'Setting up',
  starting: 'Starting',
  running: 'Running',
  stopping: 'Stopping',
  deleting: 'Deleting',
  error: 'Failed',
} as const satisfies Record<DestinationStatus, string>;

const HEALTH_WORDS = {
  unknown: 'Checking',
  waiting_for_source: 'Waiting for source',
  slate: 'Slate on air',
  starting: 'Starting',
  good: 'Not seen lately',
  degraded: 'Degraded',
  reconnecting: 'Reconnecting',
  down: 'Not arriving',
} as const satisfies Record<HealthLevel, string>;

/** The parts of a destination that decide its word. */
export interface Worded {
  status: DestinationStatus;
  /** True when running, good and recently observed. */
  onAir: boolean;
  primary: boolean;
  pause: object | null;
  health: { level: HealthLevel; code: string };
}

/** Returns true for a destination that runs with its output held until its show goes live. */
export function isReady({ onAir, pause, health, status }: Worded): boolean {
  return status === 'running' && !onAir && pause !== null && health.code === 'output_paused';
}

/** Returns the word for the state of a destination. */
export function stateWordOf(destination: Worded) {
  const { health, onAir, primary, status } = destination;
  if (status !== 'running') return STATUS_WORDS[status];
  // "On air" means started by an operator, which the primary channel is not.
  if (onAir) return primary ? 'Live' : 'On air';
  return isReady(destination) ? 'Ready' : HEALTH_WORDS[health.level];
}

export type StateWord = ReturnType<typeof stateWordOf>;

/** From the word that needs attention most to the one that needs it least. */
const WORST_FIRST: readonly StateWord[] = [
  'Failed',
  'Not arriving',
  'Reconnecting',
  'Degraded',
  'Not seen lately',
  'Checking',
  'Slate on air',
  'Waiting for source',
  'Starting',
  'Setting up',
  'Stopping',
  'Deleting',
  'Ready',
  'On air',
  'Live',
  'Stopped',
];

/** Returns the word that needs attention most; null without any. */
export function worstOf(words: readonly StateWord[]): StateWord | null {
  return WORST_FIRST.find((word) => words.includes(word)) ?? null;
}
