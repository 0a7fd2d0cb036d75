import type { ResolvedEncoding } from '../../presets/index.ts';
import { PRICED_PARTS, type PricedPart, type Prices } from '../../presets/prices.ts';
import { isBilledAsRunning } from './channel-state.ts';
import { chosenEncodings } from './chosen-encodings.ts';
import type { DeclaredInput } from './declared-input.ts';
import type { Destination } from './destination.ts';
import { settingsOfRun } from './recorded-run.ts';

/**
 * What things cost by AWS's list prices. Amounts are whole micro-dollars, so that sums of days equal the sum of the
 * whole. A part without a confirmed price is left out of the sum and named; nothing is guessed. Time is Unix time and
 * days are UTC days, so no clock change ever makes an hour of cost appear or vanish.
 *
 * Billing: a running channel pays for its input and each of its outputs, with or without content, by the minute begun
 * and for ten minutes at least per start. A stopped channel and an idle push input pay a small fee.
 * @see https://docs.aws.amazon.com/medialive/latest/ug/pricing.html
 */

const MINUTE_MS = 60_000;
/** What every start of a channel costs at least. [aws.amazon.com/medialive/pricing] */
export const MINUTES_MIN = 10;
const MICRO = 1_000_000;

/** A price per hour, or an amount. */
export interface Money {
  /** Whole micro-dollars of the parts with a known price; null when not one of several has one. */
  microUsd: number | null;
  /** Parts that are left out, in words. */
  unknownParts: readonly string[];
}

export const NOTHING: Money = { microUsd: 0, unknownParts: [] };

/** What a channel is billed by. */
export interface ChannelSettings {
  destinationId: string;
  platform: string;
  /** Encoding id, or several separated by commas for a ladder. */
  preset: string;
  /** Set for a channel that follows its source, once the source has been seen. */
  framesPerSecond?: number | undefined;
}

const DECLARED_INPUT: DeclaredInput = { Codec: 'AVC', Resolution: 'HD', MaximumBitrate: 'MAX_20_MBPS' };

const INPUT_PARTS: Record<string, PricedPart> = {
  MAX_10_MBPS: 'inputHdAvcBelow10Mbps',
  MAX_20_MBPS: 'inputHdAvc10To20Mbps',
};

/** Price per hour of a running channel. @param prices undefined when there is no price list for the Region */
export function priceOfRunning(prices: Prices | undefined, settings: ChannelSettings): Money {
  const outputs = chosenEncodings(settings).map(({ encodingId, encoding }) =>
    encoding ? outputPart(encoding, settings.framesPerSecond) : `output of the unknown preset ${encodingId}`,
  );
  return sum([
    priceOf(prices, INPUT_PARTS[DECLARED_INPUT.MaximumBitrate]!),
    ...outputs.map((part) => priceOf(prices, part)),
  ]);
}

/** The tier of an output, or what it is in words when AWS's tiers cannot be told or are not listed here. */
function outputPart(encoding: ResolvedEncoding, followedFramesPerSecond: number | undefined): string {
  const { width, height, videoBitrateBps } = encoding;
  const framesPerSecond = encoding.framesPerSecond ?? followedFramesPerSecond;
  if (width === null || height === null || framesPerSecond === undefined) {
    return 'MediaLive output that follows its source';
  }
  const size = height < 720 ? 'Sd' : height <= 1080 ? 'Hd' : 'Uhd';
  const bitrate = videoBitrateBps < 10 * MICRO ? 'Below10Mbps' : videoBitrateBps <= 20 * MICRO ? '10To20Mbps' : 'More';
  const part = `output${size}Avc${bitrate}${framesPerSecond <= 30 ? '30Fps' : '60Fps'}`;
  if (isPricedPart(part)) return part;
  return `MediaLive output of ${width}x${height}, ${videoBitrateBps / MICRO} Mbit/s, ${framesPerSecond} frames per second`;
}

function isPricedPart(part: string): part is PricedPart {
  return Object.hasOwn(PRICED_PARTS, part);
}

function priceOf(prices: Prices | undefined, part: string): Money {
  const usd = isPricedPart(part) ? prices?.perHour[part] : null;
  if (usd !== undefined && usd !== null) return { microUsd: Math.round(usd * MICRO), unknownParts: [] };
  const name = isPricedPart(part) ? PRICED_PARTS[part] : part;
  return { microUsd: null, unknownParts: [prices ? name : `${name} (no price list for this region)`] };
}

/** Price per hour of the flow in a state as MediaConnect names it; it costs nothing while it stands by. */
export function priceOfFlow(prices: Prices | undefined, status: string): Money {
  return status === 'STANDBY' || status === 'DELETING' ? NOTHING : priceOf(prices, 'runningFlow');
}

/** Price per hour of a resource that belongs to no destination; of a running channel only what every one costs. */
export function priceOfLeftover(
  prices: Prices | undefined,
  { resource, state }: { resource: 'channel' | 'input' | 'flowOutput'; state: string },
): Money {
  if (resource === 'input') return priceOf(prices, 'idlePushInput');
  if (resource === 'flowOutput') return priceOf(prices, 'flowOutput');
  if (!isBilledAsRunning(state)) return priceOf(prices, 'idleChannel');
  return sum([
    priceOf(prices, INPUT_PARTS[DECLARED_INPUT.MaximumBitrate]!),
    priceOf(prices, 'outputHdAvcBelow10Mbps30Fps'),
    { microUsd: null, unknownParts: ['more or larger outputs of a channel nobody knows the settings of'] },
  ]);
}

/** Price per hour of the run that goes on: an edit that waits for the next start is not in it. */
function priceOfRun(prices: Prices | undefined, record: Destination): Money {
  return priceOfRunning(prices, { destinationId: record.destinationId, ...settingsOfRun(record) });
}

/** Price per hour of a destination at rest: warm ones keep channel and push input. */
export function priceOfIdle(prices: Prices | undefined, { standby }: Pick<Destination, 'standby'>): Money {
  if (standby === 'cold') return NOTHING;
  return sum([priceOf(prices, 'idleChannel'), priceOf(prices, 'idlePushInput')]);
}

/** Price per hour of what a destination holds at this moment. */
export function priceOfHeld(prices: Prices | undefined, record: Destination): Money {
  const { channelRun, channel, input } = record.held;
  if (channelRun) return priceOfRun(prices, record);
  return sum([
    ...(channel ? [priceOf(prices, 'idleChannel')] : []),
    ...(input ? [priceOf(prices, 'idlePushInput')] : []),
  ]);
}

/** The settings the next start would have. */
export function settingsOf({ destinationId, platform, preset, held }: Destination): ChannelSettings {
  return { destinationId, platform, preset, framesPerSecond: held.channel?.followedFramesPerSecond };
}

/** Adds up. Null only when there is something to add and nothing of it is known. */
export function sum(parts: readonly Money[]): Money {
  const known = parts.filter(({ microUsd }) => microUsd !== null);
  return {
    microUsd:
      parts.length > 0 && known.length === 0 ? null : known.reduce((total, { microUsd }) => total + microUsd!, 0),
    unknownParts: [...new Set(parts.flatMap(({ unknownParts }) => unknownParts))],
  };
}

/** A price per hour over some minutes, rounded to the micro-dollar. */
export function forMinutes({ microUsd, unknownParts }: Money, minutes: number): Money {
  return { microUsd: microUsd === null ? null : Math.round((microUsd * minutes) / 60), unknownParts };
}

/** A price per hour over hours that are planned: by the minute begun, ten at least. */
export function forHours(perHour: Money, hours: number): Money {
  // A millionth of a minute is an error of the division by 60, not a minute begun.
  return forMinutes(perHour, Math.max(MINUTES_MIN, Math.ceil(hours * 60 - 1e-6)));
}

/** In dollars, as answers give it. */
export function toUsd({ microUsd }: Money): number | null {
  return microUsd === null ? null : microUsd / MICRO;
}

/** True when nothing is left out. */
export function isComplete({ unknownParts }: Money): boolean {
  return unknownParts.length === 0;
}

/** From StartChannel's acceptance to the confirmed stop, or to now. Milliseconds since the epoch. */
export interface Span {
  startMs: number;
  endMs: number;
}

/** Minutes AWS bills for a run. */
export function billedMinutes({ startMs, endMs }: Span): number {
  return Math.max(MINUTES_MIN, Math.ceil(Math.max(0, endMs - startMs) / MINUTE_MS));
}

/**
 * Billed minutes of a run before an instant. Each minute belongs to the instant it begins at; those the minimum adds
 * belong to the run's last instant, so that nothing is billed in a day in which nothing ran.
 */
export function billedMinutesBefore(run: Span, instantMs: number): number {
  if (instantMs <= run.startMs) return 0;
  if (instantMs >= run.endMs) return billedMinutes(run);
  return Math.ceil((instantMs - run.startMs) / MINUTE_MS);
}

/**
 * Cost of the part of a run that lies within a window. Windows that touch add up to the whole without a remainder:
 * what is rounded is always the sum since the start.
 */
export function costWithin(perHour: Money, run: Span, window: Span): Money {
  if (perHour.microUsd === null) return perHour;
  const until = (instantMs: number) => forMinutes(perHour, billedMinutesBefore(run, instantMs)).microUsd!;
  return { microUsd: until(window.endMs) - until(window.startMs), unknownParts: perHour.unknownParts };
}

/** What a run that goes on has cost so far. */
export function costSoFar(prices: Prices | undefined, record: Destination, now: Date): Money | null {
  const { channelRun } = record.held;
  if (!channelRun) return null;
  const run = { startMs: Date.parse(channelRun.startedAt), endMs: now.getTime() };
  return forMinutes(priceOfRun(prices, record), billedMinutes(run));
}
