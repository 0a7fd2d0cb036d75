import { INPUT_TIERS, OUTPUT_TIERS, type BitrateTier, type PricedPart } from '../../presets/price-parts.ts';
import { assertNever } from './assert-never.ts';
import { billedMinutesOfHours, costOfMinutesWithin, costOfTimeWithin, forMinutes, type Span } from './billed-time.ts';
import { isBilledAsRunning } from './channel-state.ts';
import { chosenEncodings } from './chosen-encodings.ts';
import type { DeclaredInput } from './declared-input.ts';
import { channelClassOf } from './backup-ingest.ts';
import { runInProgress, type ChannelClass, type Destination, type RecordedOutput } from './destination.ts';
import { kindOf } from './destination-kind.ts';
import { isPrimary } from './lifecycle.ts';
import { encodedRate } from './followed-source.ts';
import { NOTHING, sum, times, type Money } from './money.ts';
import type { OrphanResource } from './orphans.ts';
import { HOURS_PER_MONTH, priceOf, priceOfTraffic, unpriced, type Pricing } from './pricing.ts';
import { settingsOfRun } from './recorded-run.ts';

/**
 * Prices channels, flows and orphans by AWS's list prices.
 *
 * An SRT destination costs only what the flow sends to its receiver. A running channel is charged for its input and each output, with or without content. Traffic is added: from the flow
 * to MediaLive, and from there to the internet or, for the primary, into MediaPackage.
 */

/** The parts of a running channel's price. */
export const CHANNEL_PARTS = ['encoding', 'transfer', 'egress', 'ingest', 'viewing'] as const;
export type ChannelPart = (typeof CHANNEL_PARTS)[number];

/** One part of a channel's price. Encoding is billed per started minute, everything else per byte. */
export interface PricePart {
  part: ChannelPart;
  perHour: Money;
}

/** The settings that determine a channel's price. */
export interface ChannelSettings {
  destinationId: string;
  platform: string;
  /** Encoding id, or several separated by commas for a ladder. */
  preset: string;
  /** Frame rate of a channel that follows its source, once the source has been measured. */
  framesPerSecond?: number | undefined;
  /**
   * Recorded settings of the channel's outputs; absent for a plan, and for runs of versions that did not record them.
   */
  outputs?: readonly RecordedOutput[] | undefined;
  /** Absent for one pipeline. */
  channelClass?: ChannelClass | undefined;
  /** Bitrate of the encoder's feed; absent until it is measured. */
  feedBitrateBps?: number | undefined;
  /** True for a run, whose settings are either recorded or lost; a plan takes them from the presets. */
  isRun?: boolean;
}

/** Returns the parts of a running destination's price per hour. */
export function priceOfRunning(pricing: Pricing, settings: ChannelSettings): PricePart[] {
  if (kindOf(settings) === 'srt') {
    // The flow sends the feed to the receiver; there is no channel.
    return [{ part: 'egress', perHour: priceOfTraffic(pricing, 'internetEgress', settings.feedBitrateBps ?? null) }];
  }
  // Each pipeline has a flow output that feeds it, and sends an output.
  const pipelines = settings.channelClass === 'STANDARD' ? 2 : 1;
  const encoding = priceOfEncoding(pricing, settings);
  const parts: PricePart[] = [
    { part: 'encoding', perHour: pipelines === 2 ? ofStandardClass(pricing, encoding) : encoding },
    { part: 'transfer', perHour: times(priceOfTransfer(pricing, settings.feedBitrateBps), pipelines) },
  ];
  const bitrateBps = outputBitrateBps(settings);
  if (!isPrimary(settings)) {
    const egress = times(priceOfTraffic(pricing, 'internetEgress', bitrateBps), pipelines);
    return [...parts, { part: 'egress', perHour: egress }];
  }
  return [
    ...parts,
    { part: 'ingest', perHour: priceOfTraffic(pricing, 'packageIngest', bitrateBps) },
    { part: 'viewing', perHour: unpriced(pricing, VIEWERS) },
  ];
}

/** Returns the price of two pipelines. Without a confirmed factor only the first one is known. */
function ofStandardClass(pricing: Pricing, single: Money): Money {
  const factor = pricing.prices?.standardClassFactor ?? null;
  return factor === null ? sum([single, unpriced(pricing, SECOND_PIPELINE)]) : times(single, factor);
}

const SECOND_PIPELINE = 'second pipeline of a STANDARD channel';

const VIEWERS = 'viewers of the preview (MediaPackage origination, CloudFront)';

/** Returns the sum of all parts per hour. */
export function totalOf(parts: readonly PricePart[]): Money {
  return sum(parts.map(({ perHour }) => perHour));
}

/** Returns the price per hour of encoding, of which every start is charged at least ten minutes. */
export function encodingOf(parts: readonly PricePart[]): Money {
  return sum(parts.filter(({ part }) => part === 'encoding').map(({ perHour }) => perHour));
}

/** Returns the cost of a planned running time: encoding per started minute, at least ten, and traffic per hour. */
export function forHours(parts: readonly PricePart[], hours: number): Money {
  return sum(
    parts.map(({ part, perHour }) =>
      part === 'encoding' ? forMinutes(perHour, billedMinutesOfHours(hours)) : times(perHour, hours),
    ),
  );
}

/** Returns what each part of a run costs within a window. Adjacent windows add up to the whole. */
export function costWithin(parts: readonly PricePart[], run: Span, window: Span): { part: ChannelPart; cost: Money }[] {
  return parts.map(({ part, perHour }) => {
    const costOf = part === 'encoding' ? costOfMinutesWithin : costOfTimeWithin;
    return { part, cost: costOf(perHour, run, window) };
  });
}

/** Returns what one additional viewer of the preview costs per hour. */
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
              framesPerSecond: encodedRate(encoding, settings.framesPerSecond ?? null),
            })
          : unpriced(pricing, `output of the unknown preset ${encodingId}`),
      );
  return sum([priceOf(pricing, inputPart(pricing.declaredInput)), ...outputs]);
}

/** The flow sends the feed and its FEC packets, about a fifth more: SMPTE 2022-1 with 10 columns by 10 rows. */
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

/** Prices an output by AWS's tiers. Describes it in words when its tier is unknown or does not exist. */
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

/** Returns the settings of each output; null when they depend on a source not yet measured, or were not recorded. */
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

/** Returns the flow's price per hour in one of MediaConnect's states. It costs nothing in STANDBY. */
export function priceOfFlow(pricing: Pricing, status: string): Money {
  return status === 'STANDBY' || status === 'DELETING' ? NOTHING : priceOf(pricing, 'runningFlow');
}

/** Returns an orphan's price per hour; for a running channel only the parts that every channel has. */
export function priceOfLeftover(
  pricing: Pricing,
  { resource, state }: { resource: OrphanResource; state: string },
): Money {
  switch (resource) {
    case 'input':
      return priceOf(pricing, 'idlePushInput');
    case 'flowOutput':
      return priceOfTransfer(pricing, undefined);
    case 'secret':
      return times(priceOf(pricing, 'secret'), 1 / HOURS_PER_MONTH);
    case 'channel':
      return priceOfLeftChannel(pricing, state);
    default:
      return assertNever(resource, 'orphan');
  }
}

function priceOfLeftChannel(pricing: Pricing, state: string): Money {
  if (!isBilledAsRunning(state)) return priceOf(pricing, 'idleChannel');
  return sum([
    priceOf(pricing, inputPart(pricing.declaredInput)),
    priceOf(pricing, 'outputHdAvcBelow10Mbps30Fps'),
    unpriced(pricing, 'more or larger outputs, and the traffic, of a channel with unknown settings'),
  ]);
}

/** Returns the price per hour of the run in progress, without edits that wait for the next start. */
function priceOfRun(pricing: Pricing, record: Destination): PricePart[] {
  return priceOfRunning(pricing, { destinationId: record.destinationId, isRun: true, ...settingsOfRun(record) });
}

/** Returns a destination's price per hour at rest. Warm ones keep channel and push input. */
export function priceOfIdle(pricing: Pricing, { standby }: Pick<Destination, 'standby'>): Money {
  if (standby === 'cold') return NOTHING;
  return sum([priceOf(pricing, 'idleChannel'), priceOf(pricing, 'idlePushInput')]);
}

/** Returns the price per hour of what a destination currently holds. */
export function priceOfHeld(pricing: Pricing, record: Destination): Money {
  const { channel, input } = record.held;
  if (runInProgress(record.held)) return totalOf(priceOfRun(pricing, record));
  return sum([
    ...(channel ? [priceOf(pricing, 'idleChannel')] : []),
    ...(input ? [priceOf(pricing, 'idlePushInput')] : []),
  ]);
}

/** Returns the settings that the next start would use. */
export function settingsOf(record: Destination): ChannelSettings {
  const { destinationId, platform, preset, held, observation } = record;
  return {
    destinationId,
    platform,
    preset,
    channelClass: channelClassOf(record),
    framesPerSecond: held.channel?.sourceFramesPerSecond,
    feedBitrateBps: observation?.feed?.bitrateBps,
  };
}

/** Returns the cost of the run in progress until now; null when none is. */
export function costSoFar(pricing: Pricing, record: Destination, now: Date): Money | null {
  const inProgress = runInProgress(record.held);
  if (!inProgress) return null;
  const startMs = Date.parse(inProgress.startedAt);
  const run = { startMs, endMs: Math.max(startMs, now.getTime()) };
  const window = { startMs: 0, endMs: Number.MAX_SAFE_INTEGER };
  return sum(costWithin(priceOfRun(pricing, record), run, window).map(({ cost }) => cost));
}
