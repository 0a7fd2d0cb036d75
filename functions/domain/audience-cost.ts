import type { PricedPart } from '../../presets/price-parts.ts';
import { BUCKET_MS } from './chat-bucket.ts';
import { times, type Money } from './money.ts';
import { priceOf, type Pricing } from './pricing.ts';
import { PREVIEW_SEGMENT_SECONDS } from './recording-start.ts';

/** A show with many watchers on AWS. */
export interface Crowd {
  watchers: number;
  hours: number;
  /** Of the rendition that they watch. */
  bitrateBps: number;
  /** In the chat, of all watchers together. */
  messagesPerSecond: number;
}

/** What AWS bills for one kind of thing. */
interface CrowdCost {
  part: PricedPart;
  /** In the unit of the part's price. */
  quantity: number;
  cost: Money;
}

const SECONDS_PER_HOUR = 3600;
const BITS_PER_GB = 8e9;
/**
 * Caches of CloudFront that ask the origin, each for its part of the world. AWS names 13 regional ones in 2026; a show has
 * its watchers behind fewer.
 */
const CACHES = 13;
/** How often a page asks for the show's phase. */
const PHASE_SECONDS = 10;
const PLAYLIST_CACHED_SECONDS = 1;
const SHOW_CACHED_SECONDS = 2;
/** Gigabytes of memory, and seconds that a request takes. */
const FUNCTION_GB_SECONDS = 0.05;
/** Reads and writes of a message: the show, settings, bans and limits; the message, the counters and the bucket. */
const READS_PER_REQUEST = 2;
const WRITES_PER_MESSAGE = 4;

/**
 * Returns what a show with many watchers adds on AWS, by part. Each watcher loads the playlist, a segment and a bucket of
 * the chat every two seconds. Prices are those of the first tier, so a crowd pays less: volume discounts and free
 * allowances are left out. Pure.
 */
export function costOfCrowd(pricing: Pricing, { watchers, hours, bitrateBps, messagesPerSecond }: Crowd): CrowdCost[] {
  const seconds = hours * SECONDS_PER_HOUR;
  const [segments, buckets, phases] = [PREVIEW_SEGMENT_SECONDS, BUCKET_MS / 1000, PHASE_SECONDS].map(
    (every) => seconds / every,
  ) as [number, number, number];
  const messages = messagesPerSecond * seconds;
  const gigabytes = (bitrateBps * seconds) / BITS_PER_GB;
  // A player reads the playlist again for each segment.
  const requests = watchers * (segments * 2 + buckets + phases) + messages;
  // What CloudFront does not have: one copy for each of its caches.
  const toFunction = CACHES * (seconds / PLAYLIST_CACHED_SECONDS + buckets + seconds / SHOW_CACHED_SECONDS) + messages;
  const quantities: Partial<Record<PricedPart, number>> = {
    cdnEgress: watchers * gigabytes,
    cdnRequests: requests / 1000,
    edgeRuns: (watchers * segments) / 1000,
    packageOrigination: CACHES * gigabytes,
    apiRequests: toFunction / 1000,
    functionRequests: toFunction / 1000,
    functionTime: (toFunction * FUNCTION_GB_SECONDS) / 1000,
    tableReads: (toFunction * READS_PER_REQUEST) / 1000,
    tableWrites: (messages * WRITES_PER_MESSAGE) / 1000,
  };
  return Object.entries(quantities).map(([name, quantity]) => {
    const part = name as PricedPart;
    return { part, quantity, cost: { ...times(priceOf(pricing, part), quantity), isAbout: true } };
  });
}
