/** The parts that AWS charges for and Sluice prices, each named as an operator would. Prices of a channel are those of one pipeline. */

const SIZES = { Sd: 'SD', Hd: 'HD', Uhd: 'UHD' } as const;
const CODECS = { Avc: 'AVC', Hevc: 'HEVC' } as const;
const BITRATES = {
  Below10Mbps: 'below 10 Mbit/s',
  '10To20Mbps': '10 to 20 Mbit/s',
  '20To50Mbps': '20 to 50 Mbit/s',
} as const;
const RATES = { '30Fps': 'up to 30 frames per second', '60Fps': 'up to 60 frames per second' } as const;

export type SizeTier = keyof typeof SIZES;
export type CodecTier = keyof typeof CODECS;
export type BitrateTier = keyof typeof BITRATES;
export type RateTier = keyof typeof RATES;
export type InputPart = `input${SizeTier}${CodecTier}${BitrateTier}`;
/** Outputs are H.264, which every platform accepts. */
export type OutputPart = `output${SizeTier}Avc${BitrateTier}${RateTier}`;

/** The unit of a price: an hour, 10^9 bytes, a month of 730 hours, or a thousand. */
export type PriceUnit = 'hour' | 'GB' | 'month' | 'thousand';

interface PartInfo {
  name: string;
  unit: PriceUnit;
}

const keysOf = <Key extends string>(table: Record<Key, string>): Key[] => Object.keys(table) as Key[];

/** Every tier of an input, with its properties. */
export const INPUT_TIERS = keysOf(SIZES).flatMap((size) =>
  keysOf(CODECS).flatMap((codec) =>
    keysOf(BITRATES).map((bitrate) => ({ part: `input${size}${codec}${bitrate}` as InputPart, size, codec, bitrate })),
  ),
);

/** Every tier of an output, with its properties. */
export const OUTPUT_TIERS = keysOf(SIZES).flatMap((size) =>
  keysOf(BITRATES).flatMap((bitrate) =>
    keysOf(RATES).map((rate) => ({ part: `output${size}Avc${bitrate}${rate}` as OutputPart, size, bitrate, rate })),
  ),
);

const INPUT_PARTS = Object.fromEntries(
  INPUT_TIERS.map(({ part, size, codec, bitrate }) => [
    part,
    { name: `MediaLive input, ${SIZES[size]} ${CODECS[codec]}, ${BITRATES[bitrate]}`, unit: 'hour' },
  ]),
) as Record<InputPart, PartInfo>;

const OUTPUT_PARTS = Object.fromEntries(
  OUTPUT_TIERS.map(({ part, size, bitrate, rate }) => [
    part,
    { name: `MediaLive output, ${SIZES[size]} AVC, ${BITRATES[bitrate]}, ${RATES[rate]}`, unit: 'hour' },
  ]),
) as Record<OutputPart, PartInfo>;

const OTHER_PARTS = {
  idleChannel: { name: 'MediaLive channel while stopped', unit: 'hour' },
  idlePushInput: { name: 'MediaLive push input while idle', unit: 'hour' },
  runningFlow: { name: 'MediaConnect flow while running', unit: 'hour' },
  flowTransfer: { name: 'transfer from MediaConnect to MediaLive', unit: 'GB' },
  internetEgress: { name: 'transfer to the internet', unit: 'GB' },
  packageIngest: { name: 'MediaPackage ingest', unit: 'GB' },
  packageOrigination: { name: 'MediaPackage origination', unit: 'GB' },
  cdnEgress: { name: 'CloudFront transfer to viewers', unit: 'GB' },
  alarmMetric: { name: 'CloudWatch alarm', unit: 'month' },
  customMetric: { name: 'CloudWatch custom metric', unit: 'month' },
  metricsDashboard: { name: 'CloudWatch dashboard', unit: 'month' },
  metricReads: { name: 'CloudWatch metric reads (GetMetricData)', unit: 'thousand' },
  kmsKey: { name: 'KMS key', unit: 'month' },
  secret: { name: 'secret in Secrets Manager', unit: 'month' },
  cdnRequests: { name: 'CloudFront requests (HTTPS)', unit: 'thousand' },
  edgeRuns: { name: 'CloudFront Functions', unit: 'thousand' },
  apiRequests: { name: 'HTTP API requests', unit: 'thousand' },
  functionRequests: { name: 'Lambda requests', unit: 'thousand' },
  functionTime: { name: 'Lambda gigabyte seconds (arm64)', unit: 'thousand' },
  tableReads: { name: 'DynamoDB read units', unit: 'thousand' },
  tableWrites: { name: 'DynamoDB write units', unit: 'thousand' },
} as const satisfies Record<string, PartInfo>;

export type PricedPart = InputPart | OutputPart | keyof typeof OTHER_PARTS;

/** Every part that can have a price. */
export const PRICED_PARTS: Readonly<Record<PricedPart, PartInfo>> = { ...INPUT_PARTS, ...OUTPUT_PARTS, ...OTHER_PARTS };

/** The names of all parts, in the order that files list them. */
export const PRICED_PART_IDS = Object.keys(PRICED_PARTS) as PricedPart[];
