import { INPUT_TIERS, OUTPUT_TIERS, type BitrateTier, type PricedPart } from '../../presets/price-parts.ts';
import { billedMinutesOfHours, costOfMinutesWithin, costOfTimeWithin, forMinutes, type Span } from './billed-time.ts';
import { isBilledAsRunning } from './channel-state.ts';
import { chosenEncodings } from './chosen-encodings.ts';
import type { DeclaredInput } from './declared-input.ts';
import type { Destination, RecordedOutput } from './destination.ts';
import { isPrimary } from './lifecycle.ts';
import { NOTHING, sum, times, type Money } from './money.ts';
import { priceOf, priceOfTraffic, unpriced, type Pricing } from './pricing.ts';
import { settingsOfRun } from './recorded-run.ts';

/**
 * What channels, flows and what is left of them cost by AWS's list prices.
 *
 * A running channel pays for its input and each of its outputs, with or without content. Its traffic comes on top: from
 * the flow to MediaLive, and from there to the internet or, for the primary, into MediaPackage.
 */

/** What makes up the price of a running channel. */
export const CHANNEL_PARTS = ['encoding', 'transfer', 'egress', 'ingest', 'viewing'] as const;
export type ChannelPart = (typeof CHANNEL_PARTS)[number];

/** One part of a channel's price. Encoding is billed by the minute begun, everything else by the byte. */
export interface PricePart {
  part: ChannelPart;
  perHour: Money;
}

/** What a channel is billed by. */
export interface ChannelSettings {
  destinationId: string;
  platform: string;
  /** Encoding id, or several separated by commas for a ladder. */
  preset: string;
  /** Set for a channel that follows its source, once the source has been seen. */
  framesPerSecond?: number | undefined;
  /** What the channel was really set to; absent for a plan, and for runs of versions that did not record it. */
  outputs?: readonly RecordedOutput[] | undefined;
  /** What the encoder sent; absent while it has not been measured. */
  feedBitrateBps?: number | undefined;
  /** A run was started with settings that are either recorded or lost; a plan is read from the presets. */
  isRun?: boolean;
}

/** The parts of the price per hour of a running channel. */
export function priceOfRunning(pricing: Pricing, settings: ChannelSettings): PricePart[] {
  const parts: PricePart[] = [
    { part: 'encoding', perHour: priceOfEncoding(pricing, settings) },
    { part: 'transfer', perHour: priceOfTransfer(pricing, settings.feedBitrateBps) },
  ];
  const bitrateBps = outputBitrateBps(settings);
  if (!isPrimary(settings)) {
    return [...parts, { part: 'egress', perHour: priceOfTraffic(pricing, 'internetEgress', bitrateBps) }];
  }
  return [
    ...parts,
    { part: 'ingest', perHour: priceOfTraffic(pricing, 'packageIngest', bitrateBps) },
    { part: 'viewing', perHour: unpriced(pricing, VIEWERS) },
  ];
}

const VIEWERS = 'viewers of the preview (MediaPackage origination, CloudFront)';

/** All parts together, per hour. */
export function totalOf(parts: readonly PricePart[]): Money {
  return sum(parts.map(({ perHour }) => perHour));
}

/** Price per hour of the parts that every start pays for ten minutes at least: the traffic is not among them. */
export function encodingOf(parts: readonly PricePart[]): Money {
  return sum(parts.filter(({ part }) => part === 'encoding').map(({ perHour }) => perHour));
}

/** What a planned running time costs: encoding by the minute begun, ten at least, and traffic by the hour. */
export function forHours(parts: readonly PricePart[], hours: number): Money {
  return sum(
    parts.map(({ part, perHour }) =>
      part === 'encoding' ? forMinutes(perHour, billedMinutesOfHours(hours)) : times(perHour, hours),
    ),
  );
}

/** What each part of a run costs within a window. Windows that touch add up to the whole. */
export function costWithin(parts: readonly PricePart[], run: Span, window: Span): { part: ChannelPart; cost: Money }[] {
  return parts.map(({ part, perHour }) => {
    const costOf = part === 'encoding' ? costOfMinutesWithin : costOfTimeWithin;
    return { part, cost: costOf(perHour, run, window) };
  });
}

/** What one more viewer of the preview costs per hour. */
export function priceOfViewer(pricing: Pricing, settings: ChannelSettings): Money {
  const largest = outputsOf(settings)?.map(bitrateOf) ?? [];
  const bitrateBps = largest.length === 0 ? null : Math.max(...largest);
  return sum([
    priceOfTraffic(pricing, 'packageOrigination', bitrateBps),
    priceOfTraffic(pricing, 'cdnEgress', bitrateBps),
  ]);
}

function priceOfEncoding(pricing: Pricing, settings: ChannelSettings): Money {
  const recorded = settings.outputs;
  const outputs = recorded
    ? recorded.map((output) => priceOfOutput(pricing, output))
    : chosenEncodings(settings).map(({ encodingId, encoding }) =>
        encoding
          ? priceOfOutput(pricing, {
              ...encoding,
              framesPerSecond: encoding.framesPerSecond ?? settings.framesPerSecond ?? null,
            })
          : unpriced(pricing, `output of the unknown preset ${encodingId}`),
      );
  return sum([priceOf(pricing, inputPart(pricing.declaredInput)), ...outputs]);
}

/** What the flow sends is the feed and its FEC packets, about a fifth more. [SMPTE 2022-1, 10 columns by 10 rows] */
const FEC_OVERHEAD = 1.2;

function priceOfTransfer(pricing: Pricing, feedBitrateBps: number | undefined): Money {
  return priceOfTraffic(
    pricing,
    'flowTransfer',
    feedBitrateBps === undefined ? null : Math.round(feedBitrateBps * FEC_OVERHEAD),
  );
}

const DECLARED_BITRATES: Record<DeclaredInput['MaximumBitrate'], BitrateTier> = {
  MAX_10_MBPS: 'Below10Mbps',
  MAX_20_MBPS: '10To20Mbps',
  MAX_50_MBPS: '20To50Mbps',
};

function inputPart({ Codec, Resolution, MaximumBitrate }: DeclaredInput): PricedPart {
  return INPUT_TIERS.find(
    ({ size, codec, bitrate }) =>
      size.toUpperCase() === Resolution &&
      codec.toUpperCase() === Codec &&
      bitrate === DECLARED_BITRATES[MaximumBitrate],
  )!.part;
}

type Sized = Omit<RecordedOutput, 'audioBitrateBps'>;

/** By AWS's tiers; named in words where the tier cannot be told or does not exist. */
function priceOfOutput(pricing: Pricing, { width, height, framesPerSecond, videoBitrateBps }: Sized): Money {
  if (width === null || height === null || framesPerSecond === null) {
    return unpriced(pricing, 'MediaLive output that follows its source');
  }
  const size = height < 720 ? 'Sd' : height <= 1080 ? 'Hd' : 'Uhd';
  const bitrate = bitrateTier(videoBitrateBps);
  const rate = framesPerSecond <= 30 ? '30Fps' : '60Fps';
  const tier = OUTPUT_TIERS.find((each) => each.size === size && each.bitrate === bitrate && each.rate === rate);
  if (tier) return priceOf(pricing, tier.part);
  return unpriced(
    pricing,
    `MediaLive output of ${width}x${height}, ${videoBitrateBps / 1e6} Mbit/s, ${framesPerSecond} frames per second`,
  );
}

function bitrateTier(videoBitrateBps: number): BitrateTier | null {
  if (videoBitrateBps < 10e6) return 'Below10Mbps';
  if (videoBitrateBps <= 20e6) return '10To20Mbps';
  return videoBitrateBps <= 50e6 ? '20To50Mbps' : null;
}

const bitrateOf = ({ videoBitrateBps, audioBitrateBps }: RecordedOutput) => videoBitrateBps + audioBitrateBps;

/** What is set for each output; null where it cannot be told before the source has been seen, or was not recorded. */
function outputsOf(settings: ChannelSettings): RecordedOutput[] | null {
  if (settings.outputs) return [...settings.outputs];
  if (settings.isRun) return null;
  const outputs = chosenEncodings(settings).map(({ encoding }) => encoding);
  return outputs.every((encoding) => encoding !== undefined && encoding.width !== null)
    ? outputs.map((encoding) => encoding!)
    : null;
}

function outputBitrateBps(settings: ChannelSettings): number | null {
  return outputsOf(settings)?.reduce((total, output) => total + bitrateOf(output), 0) ?? null;
}

/** Price per hour of the flow in a state as MediaConnect names it; it costs nothing while it stands by. */
export function priceOfFlow(pricing: Pricing, status: string): Money {
  return status === 'STANDBY' || status === 'DELETING' ? NOTHING : priceOf(pricing, 'runningFlow');
}

/** Price per hour of a resource that belongs to no destination; of a running channel only what every one costs. */
export function priceOfLeftover(
  pricing: Pricing,
  { resource, state }: { resource: 'channel' | 'input' | 'flowOutput'; state: string },
): Money {
  if (resource === 'input') return priceOf(pricing, 'idlePushInput');
  if (resource === 'flowOutput') return priceOfTransfer(pricing, undefined);
  if (!isBilledAsRunning(state)) return priceOf(pricing, 'idleChannel');
  return sum([
    priceOf(pricing, inputPart(pricing.declaredInput)),
    priceOf(pricing, 'outputHdAvcBelow10Mbps30Fps'),
    unpriced(pricing, 'more or larger outputs, and the traffic, of a channel with unknown settings'),
  ]);
}

/** The parts of the price per hour of the run in progress: an edit that waits for the next start is not in it. */
function priceOfRun(pricing: Pricing, record: Destination): PricePart[] {
  return priceOfRunning(pricing, { destinationId: record.destinationId, isRun: true, ...settingsOfRun(record) });
}

/** Price per hour of a destination at rest: warm ones keep channel and push input. */
export function priceOfIdle(pricing: Pricing, { standby }: Pick<Destination, 'standby'>): Money {
  if (standby === 'cold') return NOTHING;
  return sum([priceOf(pricing, 'idleChannel'), priceOf(pricing, 'idlePushInput')]);
}

/** Price per hour of what a destination holds at this moment. */
export function priceOfHeld(pricing: Pricing, record: Destination): Money {
  const { channelRun, channel, input } = record.held;
  if (channelRun) return totalOf(priceOfRun(pricing, record));
  return sum([
    ...(channel ? [priceOf(pricing, 'idleChannel')] : []),
    ...(input ? [priceOf(pricing, 'idlePushInput')] : []),
  ]);
}

/** The settings the next start would have. */
export function settingsOf({ destinationId, platform, preset, held, observation }: Destination): ChannelSettings {
  return {
    destinationId,
    platform,
    preset,
    framesPerSecond: held.channel?.followedFramesPerSecond,
    feedBitrateBps: observation?.feed?.bitrateBps,
  };
}

/** What a run in progress has cost so far; null without one. */
export function costSoFar(pricing: Pricing, record: Destination, now: Date): Money | null {
  const { channelRun } = record.held;
  if (!channelRun) return null;
  const startMs = Date.parse(channelRun.startedAt);
  const run = { startMs, endMs: Math.max(startMs, now.getTime()) };
  const window = { startMs: 0, endMs: Number.MAX_SAFE_INTEGER };
  return sum(costWithin(priceOfRun(pricing, record), run, window).map(({ cost }) => cost));
}
