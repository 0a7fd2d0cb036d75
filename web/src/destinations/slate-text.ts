import type { DestinationResource } from '../../../functions/api/schemas/destinations.ts';
import { pricePerHour, PRICE_UNKNOWN } from '../costs/money.ts';
import { formatAge, formatTimeOfDay } from '../ui/format.ts';

type Shown = Pick<DestinationResource, 'cost' | 'slate'>;

/** Returns true for a destination whose picture an operator can cover. */
export function canShowSlate({ kind, primary, slate, status }: DestinationResource): boolean {
  return kind === 'channel' && !primary && status === 'running' && slate?.reason !== 'break';
}

/** Returns true for a break that an operator can end. */
export function canEndSlate({ slate }: Pick<DestinationResource, 'slate'>): boolean {
  return slate?.reason === 'break' && slate.state !== 'ending';
}

/** Returns why Show slate is not possible; null when it is. */
export function slateRefusal(destination: DestinationResource): string | null {
  if (canShowSlate(destination)) return null;
  if (destination.kind === 'srt') return 'an SRT destination sends the feed itself';
  return destination.status === 'running' ? 'the slate is on air' : 'only while it is running';
}

/** Says what the slate of a destination does, until when, and what an hour of it costs; empty without a slate. */
export function describeSlate({ cost, slate }: Shown, options: { nowMs: number; isMoneyShown: boolean }): string {
  if (!slate) return '';
  const price = pricePerHour(cost.perHourRunning, cost);
  const costs = options.isMoneyShown ? [price === null ? PRICE_UNKNOWN : `costs ${price}`] : [];
  return [whatHappens(slate, options.nowMs), whenItEnds(slate), ...costs].join(' · ');
}

type Slate = NonNullable<DestinationResource['slate']>;

function whatHappens({ reason, since, state }: Slate, nowMs: number): string {
  if (state === 'showing') return 'Slate requested';
  if (state === 'ending') return 'The picture returns';
  const age = formatAge(Math.max(0, nowMs - Date.parse(since)));
  return reason === 'break' ? `Slate on air for ${age}` : `Slate on air, no source for ${age}`;
}

function whenItEnds({ reason, until }: Slate): string {
  if (until !== null) return `stopped at ${formatTimeOfDay(until)} if no source returns`;
  return reason === 'break' ? 'stays until you end it' : 'stays until the source returns';
}
