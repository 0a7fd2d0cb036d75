import * as z from 'zod/mini';
import { ENCODING_FILES, PLATFORM_FILES } from './preset-files.ts';

/**
 * The platforms and encodings we offer, as data. Hosts and limits change, so each file names the source and date of its
 * facts, and which of them are unconfirmed. Loading checks every file and how they fit together, so an error shows at
 * the first start instead of the first broadcast.
 */

const bitrateBps = z.int().check(z.minimum(1000));
const Positive = z.number().check(z.positive());
const PositiveInteger = z.int().check(z.positive());
/** H.264 only codes even sizes. */
const EvenInteger = z.int().check(z.positive(), z.multipleOf(2));
const Text = z.string().check(z.minLength(1));
const Id = z.string().check(z.regex(/^[a-z0-9]+$/));

const CapsSchema = z.strictObject({
  videoBitrateBpsMax: bitrateBps,
  widthMax: PositiveInteger,
  heightMax: PositiveInteger,
  framesPerSecondMax: Positive,
  audioBitrateBpsMax: bitrateBps,
});

const provenance = {
  /** Public page or API where the facts were seen. */
  source: z.url(),
  seenOn: z.iso.date(),
  /** Fields whose values no first-hand source confirms. */
  unverified: z.array(z.string()),
  notes: z.array(z.string()),
};

/** One platform file. */
const PlatformSchema = z.strictObject({
  $schema: z.optional(z.string()),
  platformId: Id,
  name: Text,
  /** Menus offer the smallest first, and those with the same one by name. */
  menuPosition: PositiveInteger,
  /** Default ingest URL without the stream key; null when the platform issues one per event. */
  rtmpUrl: z.nullable(z.string()),
  rtmpUrlHint: Text,
  /** Whether it takes a second publisher of a stream at a backup address, instead of disconnecting the first one. */
  takesBackup: z.boolean(),
  /** Default backup address; null when the platform shows one per event, or takes none. */
  backupRtmpUrl: z.nullable(z.string()),
  /** Where the platform shows its backup address. */
  backupRtmpUrlHint: z.optional(Text),
  /** RTMP and RTMPS, or SRT alone, which AWS sends without a channel. */
  protocols: z.array(z.enum(['rtmp', 'rtmps', 'srt'])).check(z.minLength(1)),
  streamKeyHint: Text,
  /** Regular expression of a whole stream key; null when its shape is not known for certain. */
  streamKeyPattern: z.nullable(z.string().check(z.refine(isPattern, 'not a regular expression'))),
  /**
   * Regular expression that recognises a key in a URL, where it must not be; null when keys have no recognisable shape.
   * It refuses no key, so it may be less certain than `streamKeyPattern`.
   */
  streamKeyShape: z.nullable(z.string().check(z.refine(isPattern, 'not a regular expression'))),
  /** Domains of ingest servers whose URL path has one segment, so that a second one is the stream key. */
  oneSegmentDomains: z.array(z.string().check(z.regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/))),
  caps: CapsSchema,
  /** Bitrates the platform recommends, where they differ from the encoding's own. */
  videoBitrateBpsByEncoding: z.record(z.string(), bitrateBps),
  defaultEncoding: z.string(),
  /** The default where outputs that follow the source are copied; the same as `defaultEncoding` when left out. */
  defaultEncodingWhereCopied: z.optional(z.string()),
  /** Longest keyframe interval the platform recommends. */
  keyframeSeconds: Positive,
  /**
   * Pause before reconnecting after the platform closed the session. Several platforms refuse a faster reconnect as a
   * second session, or split the broadcast into many small recordings.
   */
  reconnectPauseSeconds: z.int().check(z.minimum(30)),
  /** Whether the platform ends a broadcast some time after its publisher has gone, or makes a second one of the rest. */
  endsOnDisconnect: z.boolean(),
  otherSources: z.array(z.url()),
  ...provenance,
});

/**
 * One encoding file. An encoding that follows the source has null for size, rate and bitrate. The rate is a maximum,
 * because every output keeps the source's rate or halves it.
 */
const EncodingSchema = z.strictObject({
  encodingId: Id,
  name: Text,
  width: z.nullable(EvenInteger),
  height: z.nullable(EvenInteger),
  framesPerSecond: z.nullable(Positive),
  videoBitrateBps: z.nullable(bitrateBps),
  gopSeconds: Positive,
  h264Profile: z.enum(['baseline', 'main', 'high']),
  audioBitrateBps: bitrateBps,
  audioSampleRateHz: PositiveInteger,
  ...provenance,
});

/**
 * Returns the JSON Schema of the platform files (`platform.schema.json`), with which editors complete and check fields.
 */
export function platformJsonSchema(): unknown {
  return z.toJSONSchema(PlatformSchema, { io: 'input' });
}

export type Platform = Readonly<z.infer<typeof PlatformSchema>>;
export type Encoding = Readonly<z.infer<typeof EncodingSchema>>;

/** An encoding resolved for one platform: every figure is within the platform's caps. */
export interface ResolvedEncoding {
  platformId: string;
  encodingId: string;
  /** All null when the encoding keeps the source's size and rate. The rate is a maximum. */
  width: number | null;
  height: number | null;
  framesPerSecond: number | null;
  /** Bitrate to encode at; the maximum when the size is null. */
  videoBitrateBps: number;
  gopSeconds: number;
  h264Profile: Encoding['h264Profile'];
  audioBitrateBps: number;
  audioSampleRateHz: number;
}

/**
 * Checks preset files and how they fit together.
 * @throws {Error} naming the file's id and the field
 */
export function loadPresets(platformFiles: readonly unknown[], encodingFiles: readonly unknown[]) {
  const platforms = indexBy(
    platformFiles.map((file) => PlatformSchema.parse(file)).toSorted(byMenuPosition),
    (platform) => platform.platformId,
  );
  const encodings = indexBy(
    encodingFiles.map((file) => EncodingSchema.parse(file)).toSorted(bySize),
    (encoding) => encoding.encodingId,
  );
  for (const encoding of encodings.values()) checkEncoding(encoding);
  for (const platform of platforms.values()) checkPlatform(platform, encodings);
  return { platforms, encodings };
}

const presets = loadPresets(PLATFORM_FILES, ENCODING_FILES);

/** Lists all platforms in the order of the menu. */
export function listPlatforms(): Platform[] {
  return [...presets.platforms.values()];
}

/** Returns a platform, or undefined when the id is unknown. */
export function getPlatform(platformId: string): Platform | undefined {
  return presets.platforms.get(platformId);
}

/** Returns a platform's default encoding. @param copiesSource whether outputs that follow the source are copied */
export function defaultEncodingOf(platform: Platform, { copiesSource }: { copiesSource: boolean }): string {
  return copiesSource ? (platform.defaultEncodingWhereCopied ?? platform.defaultEncoding) : platform.defaultEncoding;
}

/** Lists all encodings, largest first and `source` last. */
export function listEncodings(): Encoding[] {
  return [...presets.encodings.values()];
}

/** Returns the ids of the encodings a platform accepts; an empty list when the platform is unknown. */
export function allowedEncodings(platformId: string): string[] {
  return listEncodings()
    .map((encoding) => encoding.encodingId)
    .filter((encodingId) => resolveEncoding(platformId, encodingId) !== undefined);
}

/** Resolves an encoding for a platform. Returns undefined when either is unknown or the platform does not accept it. */
export function resolveEncoding(platformId: string, encodingId: string): ResolvedEncoding | undefined {
  const platform = presets.platforms.get(platformId);
  const encoding = presets.encodings.get(encodingId);
  return platform && encoding && fits(platform, encoding) ? resolve(platform, encoding) : undefined;
}

/** Returns true for a platform that takes the feed as it is, over SRT. */
export function isSrtPlatform(platformId: string): boolean {
  return getPlatform(platformId)?.protocols.includes('srt') ?? false;
}

function fits(platform: Platform, encoding: Encoding): boolean {
  // A flow output sends the feed itself.
  if (platform.protocols.includes('srt') && encoding.width !== null) return false;
  const { widthMax, heightMax, framesPerSecondMax } = platform.caps;
  return (
    (encoding.width ?? 0) <= widthMax &&
    (encoding.height ?? 0) <= heightMax &&
    (encoding.framesPerSecond ?? 0) <= framesPerSecondMax
  );
}

function resolve(platform: Platform, encoding: Encoding): ResolvedEncoding {
  const { caps } = platform;
  const wantedBps =
    platform.videoBitrateBpsByEncoding[encoding.encodingId] ?? encoding.videoBitrateBps ?? caps.videoBitrateBpsMax;
  return {
    platformId: platform.platformId,
    encodingId: encoding.encodingId,
    width: encoding.width,
    height: encoding.height,
    framesPerSecond: encoding.framesPerSecond,
    videoBitrateBps: Math.min(wantedBps, caps.videoBitrateBpsMax),
    gopSeconds: Math.min(encoding.gopSeconds, platform.keyframeSeconds),
    h264Profile: encoding.h264Profile,
    audioBitrateBps: Math.min(encoding.audioBitrateBps, caps.audioBitrateBpsMax),
    audioSampleRateHz: encoding.audioSampleRateHz,
  };
}

function byMenuPosition(one: Platform, other: Platform): number {
  return one.menuPosition - other.menuPosition || one.name.localeCompare(other.name, 'en');
}

/** Largest first. An encoding without a size follows the source and comes last. */
function bySize(one: Encoding, other: Encoding): number {
  const rate = ({ framesPerSecond }: Encoding) => framesPerSecond ?? 0;
  return (other.height ?? 0) - (one.height ?? 0) || rate(other) - rate(one);
}

function checkEncoding(encoding: Encoding): void {
  const followed = [encoding.width, encoding.height, encoding.framesPerSecond, encoding.videoBitrateBps];
  const nulls = followed.filter((value) => value === null).length;
  mustHold(
    nulls === 0 || nulls === followed.length,
    `encoding ${encoding.encodingId}: size, rate and bitrate must be null together`,
  );
}

function checkPlatform(platform: Platform, encodings: ReadonlyMap<string, Encoding>): void {
  const at = `platform ${platform.platformId}`;
  mustHold(
    platform.takesBackup || platform.backupRtmpUrl === null,
    `${at}: has a backup address that it does not take`,
  );
  for (const id of [platform.defaultEncoding, platform.defaultEncodingWhereCopied ?? platform.defaultEncoding]) {
    const encoding = encodings.get(id);
    mustHold(encoding !== undefined, `${at}: the default ${id} is not an encoding`);
    mustHold(
      encoding !== undefined && fits(platform, encoding),
      `${at}: the default ${id} exceeds the platform's caps`,
    );
  }
  for (const [encodingId, bps] of Object.entries(platform.videoBitrateBpsByEncoding)) {
    mustHold(
      encodings.has(encodingId),
      `${at}: videoBitrateBpsByEncoding names ${encodingId}, which is not an encoding`,
    );
    mustHold(bps <= platform.caps.videoBitrateBpsMax, `${at}: the bitrate for ${encodingId} exceeds its own cap`);
  }
  mustHold(
    !platform.protocols.includes('srt') || platform.protocols.length === 1,
    `${at}: srt cannot be combined with another protocol`,
  );
  for (const url of [platform.rtmpUrl, platform.backupRtmpUrl]) {
    const protocol = url?.split('://')[0];
    mustHold(
      !protocol || platform.protocols.some((allowed) => allowed === protocol),
      `${at}: ${url} uses none of its protocols`,
    );
  }
}

function indexBy<T>(items: T[], idOf: (item: T) => string): Map<string, T> {
  const index = new Map(items.map((item) => [idOf(item), item]));
  mustHold(index.size === items.length, 'two preset files have the same id');
  return index;
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(text) instanceof RegExp;
  } catch {
    return false;
  }
}

function mustHold(condition: boolean, message: string): void {
  if (!condition) throw new Error(message);
}
