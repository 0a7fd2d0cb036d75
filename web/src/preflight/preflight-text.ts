import type { PreflightResource } from '../../../functions/api/schemas/preflight.ts';
import type { Glyph, Tone } from '../ui/tone.ts';

/** The words of a preflight. */

type Check = PreflightResource['checks'][number];
export type CheckState = Check['state'];

/** Passed has no look: it is folded away. */
export const CHECK_LOOKS: Record<Exclude<CheckState, 'passed'>, { tone: Tone; glyph: Glyph; word: string }> = {
  failed: { tone: 'attention', glyph: 'attention', word: 'Failed' },
  warning: { tone: 'waiting', glyph: 'waiting', word: 'Warning' },
  not_possible: { tone: 'stale', glyph: 'unknown', word: 'Not possible' },
};

const CHECK_NAMES: Record<Check['check'], string> = {
  flow: 'flow',
  source: 'encoder',
  picture: 'picture',
  sound: 'sound',
  expected_size: 'expected size',
  expected_rate: 'expected frame rate',
  expected_sound: 'expected sound',
  egress: 'address',
  flow_outputs: 'outputs',
  quotas: 'quotas',
  recording_space: 'space for recordings',
  ceiling: 'ceiling',
  notifications: 'notifications',
  clock: 'clock',
  destination: 'destination',
  encoding: 'encoding',
  reachable: 'server',
  backup_reachable: 'backup server',
  key: 'stream key',
  duplicate_key: 'duplicate stream key',
  key_validity: 'validity of the stream key',
  key_use: 'one-time stream key',
};

/** Names what a check is about, such as `Main YouTube: server`. */
export function checkTitle({ check, subject }: Pick<Check, 'check' | 'subject'>): string {
  return `${subject.name}: ${CHECK_NAMES[check]}`;
}

const ORDER: readonly CheckState[] = ['failed', 'warning', 'not_possible', 'passed'];

/** Returns the checks with the worst first; those of one state keep their order. */
export function worstFirst<Each extends Pick<Check, 'state'>>(checks: readonly Each[]): Each[] {
  return checks.toSorted((one, other) => ORDER.indexOf(one.state) - ORDER.indexOf(other.state));
}

/** Says in one sentence what was found. */
export function summaryWords({ counts }: Pick<PreflightResource, 'counts'>): string {
  const parts = [
    counts.failed > 0 && `${counts.failed} failed`,
    counts.warning > 0 && `${counts.warning} ${counts.warning === 1 ? 'warning' : 'warnings'}`,
    counts.not_possible > 0 && `${counts.not_possible} not possible`,
    `${counts.passed} passed`,
  ];
  return `${parts.filter((part) => part !== false).join(', ')}.`;
}

/** Says what the tests of the servers do not show. */
export function testedWords({ testedFrom }: Pick<PreflightResource, 'testedFrom'>): string {
  return testedFrom === 'sender'
    ? 'Nothing was published, and no stream key was sent.'
    : 'Servers were tested from another address than the one that sends. Nothing was published, and no stream key was sent.';
}
