import { z } from 'zod';
import usEast1 from './prices/us-east-1.json' with { type: 'json' };

const price = z.number().positive().nullable();

/** AWS list prices of one Region, dated. Null is a price nobody has confirmed; it is shown as unknown, never as zero. */
const PricesSchema = z.strictObject({
  region: z.string(),
  currency: z.literal('USD'),
  seenOn: z.iso.date(),
  source: z.string(),
  perHour: z.strictObject({
    inputHdAvcBelow10Mbps: price,
    outputHdAvcBelow10Mbps30Fps: price,
    idleChannel: price,
    idlePushInput: price,
    runningFlow: price,
    flowOutput: price,
  }),
  notes: z.array(z.string()),
});

const prices = PricesSchema.parse(usEast1);

/** What a resource of this kind and state costs in an hour, in US dollars of us-east-1; null when not known. */
export function pricePerHour(resource: 'channel' | 'input' | 'flowOutput', state: string): number | null {
  const { perHour } = prices;
  if (resource === 'input') return perHour.idlePushInput;
  if (resource === 'flowOutput') return perHour.flowOutput;
  const isRunning = state === 'RUNNING' || state === 'STARTING' || state === 'RECOVERING' || state === 'STOPPING';
  if (!isRunning) return perHour.idleChannel;
  const { inputHdAvcBelow10Mbps: input, outputHdAvcBelow10Mbps30Fps: output } = perHour;
  return input === null || output === null ? null : Number((input + output).toFixed(4));
}
