import type { DeliveryResource, TargetResource } from '../../../functions/api/schemas/notifications.ts';
import { formatMoment, sentence } from '../ui/format.ts';
import type { Tone } from '../ui/tone.ts';

/** How targets, filters and attempts are named on the page. Pure. */

type TargetFilter = TargetResource['filter'];
type Attempt = DeliveryResource['attempts'][number];

/** A value of a filter with its name. */
export interface Choice {
  value: string;
  label: string;
}

export const KIND_NAMES: Record<TargetResource['kind'], string> = {
  email: 'E-mail',
  webhook: 'Webhook',
  slack: 'Slack',
  discord: 'Discord',
  teams: 'Microsoft Teams',
  companion: 'Bitfocus Companion',
};

/** Names of the events, destinations and rules that a filter may hold. */
export interface FilterNames {
  events: readonly Choice[];
  destinations: readonly Choice[];
  rules: readonly Choice[];
}

const nameOf = (choices: readonly Choice[], value: string): string =>
  choices.find((choice) => choice.value === value)?.label ?? value;

/** Returns a filter as one line: what it admits, then what limits it. */
export function describeFilter(filter: TargetFilter, names: FilterNames): string {
  const { eventTypes, severities, rules, destinationIds, groups, includesDrills } = filter;
  const parts = [
    eventTypes.length === 0 ? 'All events' : eventTypes.join(', '),
    severities.length > 0 && `severity ${severities.join(' or ')}`,
    rules.length > 0 && `rules: ${rules.map((rule) => nameOf(names.rules, rule)).join(', ')}`,
    destinationIds.length > 0 && `only ${destinationIds.map((id) => nameOf(names.destinations, id)).join(', ')}`,
    groups.length > 0 && `${groups.length === 1 ? 'group' : 'groups'} ${groups.join(', ')}`,
    includesDrills ? 'with drills' : 'without drills',
  ];
  return parts.filter(Boolean).join(' · ');
}

const SUBSCRIPTION_TEXTS: Record<
  Exclude<NonNullable<TargetResource['subscription']>, 'confirmed'>,
  { tone: Tone; text: string }
> = {
  waiting: { tone: 'waiting', text: 'Waiting for confirmation: open the link in the e-mail from AWS' },
  missing: { tone: 'attention', text: 'Not subscribed: save the address again to get another e-mail from AWS' },
  unknown: { tone: 'waiting', text: 'Confirmation unknown: AWS did not answer' },
};

/** Returns the state of a target: disabled, failing since when, or working. */
export function describeState(
  target: Pick<
    TargetResource,
    'disabledReason' | 'failingSince' | 'failuresInSequence' | 'isEnabled' | 'lastDelivery' | 'subscription'
  >,
  nowMs: number,
): { tone: Tone; text: string } {
  const { disabledReason, failingSince, failuresInSequence, isEnabled, lastDelivery, subscription } = target;
  if (disabledReason === 'gone') return { tone: 'attention', text: 'Disabled: the receiver answered 410' };
  if (!isEnabled) return { tone: 'off', text: 'Disabled' };
  // Explains why messages fail, and what to do.
  if (subscription !== null && subscription !== 'confirmed') return SUBSCRIPTION_TEXTS[subscription];
  if (failingSince !== null) {
    const attempts = failuresInSequence === 1 ? '1 attempt' : `${failuresInSequence} attempts`;
    return { tone: 'attention', text: `Failing since ${formatMoment(failingSince, nowMs)} (${attempts})` };
  }
  if (lastDelivery === null) return { tone: 'waiting', text: 'Ready, nothing sent yet' };
  return lastDelivery.isAccepted ? { tone: 'air', text: 'Works' } : { tone: 'attention', text: 'Last message failed' };
}

const SEND_ERROR_TEXTS: Record<NonNullable<Attempt['error']>, string> = {
  address_not_allowed: 'address not allowed',
  host_not_found: 'host not found',
  connection_refused: 'connection refused',
  connection_lost: 'connection lost',
  tls_failed: 'TLS failed',
  timeout: 'no answer in time',
  secret_unreadable: 'stored secret unreadable',
  mail_refused: 'mail refused',
  mail_not_sent: 'mail not sent',
  address_not_confirmed: 'address not confirmed',
  address_not_subscribed: 'address not subscribed',
  companion_no_button: 'no button at this location',
  not_supported: 'not supported here',
};

/** Returns true for an attempt that the receiver accepted. */
export function isAccepted({ status }: Pick<Attempt, 'status'>): boolean {
  return status !== null && status >= 200 && status < 300;
}

/** Returns the outcome of an attempt: status and error, whichever exist. */
export function describeOutcome({ status, error }: Pick<Attempt, 'error' | 'status'>): string {
  const parts = [status, error && SEND_ERROR_TEXTS[error]].filter((part) => part !== null);
  return parts.length > 0 ? sentence(parts.join(', ')) : 'No answer';
}

/** Returns the result of a test message in one sentence. */
export function describeTest({ attempts }: Pick<DeliveryResource, 'attempts'>): string {
  const attempt = attempts.at(-1);
  if (!attempt) return 'Nothing was sent';
  const outcome = describeOutcome(attempt);
  const answer = attempt.answer.trim() === '' ? '' : `: ${attempt.answer.trim()}`;
  return `${isAccepted(attempt) ? 'Accepted' : 'Not accepted'}: ${outcome} after ${attempt.durationMs} ms${answer}`;
}

const DELIVERY_STATES: Record<DeliveryResource['state'], { tone: Tone; text: string }> = {
  pending: { tone: 'motion', text: 'Sending' },
  delivered: { tone: 'air', text: 'Delivered' },
  failed: { tone: 'attention', text: 'Failed' },
  discarded: { tone: 'off', text: 'Discarded: the target was disabled' },
};

/** Returns the state of a delivery, with the time of its next attempt. */
export function describeDelivery(
  { state, attempts, nextAttemptAt }: Pick<DeliveryResource, 'attempts' | 'nextAttemptAt' | 'state'>,
  nowMs: number,
): { tone: Tone; text: string } {
  if (state !== 'pending' || attempts.length === 0 || nextAttemptAt === null) return DELIVERY_STATES[state];
  return { tone: 'motion', text: `Next attempt ${formatMoment(nextAttemptAt, nowMs)}` };
}
