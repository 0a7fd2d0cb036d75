/**
 * The input a MediaLive channel declares. AWS sizes and bills the channel by this declaration, whatever arrives.
 * @see https://docs.aws.amazon.com/medialive/latest/ug/input-specification.html
 */
export const INPUT_CODECS = ['AVC', 'HEVC'] as const;
export const INPUT_RESOLUTIONS = ['SD', 'HD', 'UHD'] as const;
export const INPUT_BITRATES = ['MAX_10_MBPS', 'MAX_20_MBPS', 'MAX_50_MBPS'] as const;

/** Uses the names of MediaLive's `InputSpecification`. */
export interface DeclaredInput {
  Codec: (typeof INPUT_CODECS)[number];
  Resolution: (typeof INPUT_RESOLUTIONS)[number];
  MaximumBitrate: (typeof INPUT_BITRATES)[number];
}

/** Describes how a source exceeds what channels declare. Returns null when it fits or is unknown. Pure. */
export function beyondDeclared(
  declared: DeclaredInput,
  video: { codec: string; height: number | null } | null | undefined,
): string | null {
  if (!video) return null;
  if (declared.Codec === 'AVC' && /hevc|h\.?265/i.test(video.codec)) return 'HEVC video; its channels declare AVC';
  const allowed = LINES_MAX[declared.Resolution];
  const isTooTall = video.height !== null && video.height > allowed;
  return isTooTall ? `${video.height} lines; its channels declare ${declared.Resolution}` : null;
}

/** MediaLive's limits: SD is "below 720 lines", HD up to 1080. Encoders code 1080 as 1088 lines. */
const LINES_MAX: Record<DeclaredInput['Resolution'], number> = { SD: 719, HD: 1088, UHD: Infinity };

/** Formats the declaration for an environment variable: `AVC/HD/MAX_20_MBPS`. */
export function formatDeclaredInput({ Codec, Resolution, MaximumBitrate }: DeclaredInput): string {
  return [Codec, Resolution, MaximumBitrate].join('/');
}

/** Inverts `formatDeclaredInput`. Returns null for any other text. */
export function parseDeclaredInput(text: string): DeclaredInput | null {
  const [Codec, Resolution, MaximumBitrate, ...rest] = text.split('/');
  const isKnown =
    rest.length === 0 &&
    INPUT_CODECS.some((one) => one === Codec) &&
    INPUT_RESOLUTIONS.some((one) => one === Resolution) &&
    INPUT_BITRATES.some((one) => one === MaximumBitrate);
  return isKnown ? ({ Codec, Resolution, MaximumBitrate } as DeclaredInput) : null;
}

/** The declaration of a deployment on AWS whose configuration sets none. */
export const DEFAULT_DECLARED_INPUT: DeclaredInput = { Codec: 'AVC', Resolution: 'HD', MaximumBitrate: 'MAX_20_MBPS' };
