/**
 * The input a MediaLive channel declares. AWS bills and sizes the channel by what is declared, whatever arrives.
 * @see https://docs.aws.amazon.com/medialive/latest/ug/input-specification.html
 */
export const INPUT_CODECS = ['AVC', 'HEVC'] as const;
export const INPUT_RESOLUTIONS = ['SD', 'HD', 'UHD'] as const;
export const INPUT_BITRATES = ['MAX_10_MBPS', 'MAX_20_MBPS', 'MAX_50_MBPS'] as const;

/** In the spelling of MediaLive's `InputSpecification`. */
export interface DeclaredInput {
  Codec: (typeof INPUT_CODECS)[number];
  Resolution: (typeof INPUT_RESOLUTIONS)[number];
  MaximumBitrate: (typeof INPUT_BITRATES)[number];
}

/** A source that needs more than the channels declare, in words; null when it fits, or when it is not known. Pure. */
export function beyondDeclared(
  declared: DeclaredInput,
  video: { codec: string; height: number } | null | undefined,
): string | null {
  if (!video) return null;
  if (declared.Codec === 'AVC' && /hevc|h\.?265/i.test(video.codec)) return 'HEVC video; its channels declare AVC';
  const allowed = LINES_MAX[declared.Resolution];
  return video.height > allowed ? `${video.height} lines; its channels declare ${declared.Resolution}` : null;
}

/** "SD: below 720 lines", HD up to 1080. [medialive/latest/ug/input-specification] */
const LINES_MAX: Record<DeclaredInput['Resolution'], number> = { SD: 719, HD: 1088, UHD: Infinity };

/** One text for an environment variable: `AVC/HD/MAX_20_MBPS`. */
export function formatDeclaredInput({ Codec, Resolution, MaximumBitrate }: DeclaredInput): string {
  return [Codec, Resolution, MaximumBitrate].join('/');
}

/** The inverse of `formatDeclaredInput`; null when the text is none. */
export function parseDeclaredInput(text: string): DeclaredInput | null {
  const [Codec, Resolution, MaximumBitrate, ...rest] = text.split('/');
  const isKnown =
    rest.length === 0 &&
    INPUT_CODECS.some((one) => one === Codec) &&
    INPUT_RESOLUTIONS.some((one) => one === Resolution) &&
    INPUT_BITRATES.some((one) => one === MaximumBitrate);
  return isKnown ? ({ Codec, Resolution, MaximumBitrate } as DeclaredInput) : null;
}

/** What a deployment on AWS declares unless its configuration says otherwise. */
export const DEFAULT_DECLARED_INPUT: DeclaredInput = { Codec: 'AVC', Resolution: 'HD', MaximumBitrate: 'MAX_20_MBPS' };
