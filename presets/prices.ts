import * as z from 'zod/mini';
import usEast1 from './prices/us-east-1.json' with { type: 'json' };

/**
 * AWS list prices by Region, dated, each with its source. Null is a price nobody has confirmed: it is named as unknown
 * and never taken for zero. A Region without a file has no prices at all. Channels are of one pipeline.
 */

/** What is billed by the hour, as an operator would call it. */
export const PRICED_PARTS = {
  inputHdAvcBelow10Mbps: 'MediaLive input, HD AVC, below 10 Mbit/s',
  inputHdAvc10To20Mbps: 'MediaLive input, HD AVC, 10 to 20 Mbit/s',
  outputHdAvcBelow10Mbps30Fps: 'MediaLive output, HD AVC, below 10 Mbit/s, up to 30 frames per second',
  outputHdAvcBelow10Mbps60Fps: 'MediaLive output, HD AVC, below 10 Mbit/s, up to 60 frames per second',
  outputHdAvc10To20Mbps30Fps: 'MediaLive output, HD AVC, 10 to 20 Mbit/s, up to 30 frames per second',
  outputHdAvc10To20Mbps60Fps: 'MediaLive output, HD AVC, 10 to 20 Mbit/s, up to 60 frames per second',
  outputSdAvcBelow10Mbps30Fps: 'MediaLive output, SD AVC, below 10 Mbit/s, up to 30 frames per second',
  outputSdAvcBelow10Mbps60Fps: 'MediaLive output, SD AVC, below 10 Mbit/s, up to 60 frames per second',
  idleChannel: 'MediaLive channel while it is stopped',
  idlePushInput: 'MediaLive push input while it is idle',
  runningFlow: 'MediaConnect flow while it runs',
  flowOutput: 'MediaConnect flow output',
} as const;

export type PricedPart = keyof typeof PRICED_PARTS;

const PricesSchema = z.strictObject({
  region: z.string(),
  currency: z.literal('USD'),
  seenOn: z.iso.date(),
  source: z.string().check(z.minLength(1)),
  perHour: z.record(z.enum(Object.keys(PRICED_PARTS) as PricedPart[]), z.nullable(z.number().check(z.positive()))),
  notes: z.array(z.string()),
});

export type Prices = Readonly<z.infer<typeof PricesSchema>>;

const byRegion = new Map([usEast1].map((file) => [file.region, PricesSchema.parse(file)]));

/** The price list of a Region such as `us-east-1`; undefined when there is none. */
export function getPrices(region: string): Prices | undefined {
  return byRegion.get(region);
}
