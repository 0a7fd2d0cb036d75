import type { ShowResource } from '../../../functions/api/schemas/shows.ts';

/** What a show expects of its source, as the form has it, and in words. Empty: it expects nothing of that. */
export interface ExpectedDraft {
  /** As `1920x1080`. */
  size: string;
  framesPerSecond: string;
  soundChannels: string;
  soundSampleRateHz: string;
}

type ExpectedSource = NonNullable<ShowResource['expectedSource']>;

const SIZES = ['3840x2160', '2560x1440', '1920x1080', '1280x720', '1080x1920'];
const RATES = ['23.976', '24', '25', '29.97', '30', '50', '59.94', '60'];
const CHANNELS = ['1', '2', '6'];
const SAMPLE_RATES = ['44100', '48000'];

const CHANNEL_WORDS: Record<string, string> = { 1: 'Mono', 2: 'Stereo', 6: '5.1' };
const toHertz = (hertz: string) => `${Number(hertz) / 1000} kHz`;

/** The fields of the form, each with the values it offers and their words. */
export const EXPECTED_FIELDS: readonly {
  field: keyof ExpectedDraft;
  label: string;
  values: readonly string[];
  toWords: (value: string) => string;
}[] = [
  { field: 'size', label: 'Picture size', values: SIZES, toWords: (value) => value },
  { field: 'framesPerSecond', label: 'Frames per second', values: RATES, toWords: (value) => value },
  {
    field: 'soundChannels',
    label: 'Sound channels',
    values: CHANNELS,
    toWords: (value) => CHANNEL_WORDS[value] ?? `${value} channels`,
  },
  { field: 'soundSampleRateHz', label: 'Sample rate', values: SAMPLE_RATES, toWords: toHertz },
];

/** Returns the values of the form. */
export function toExpectedDraft(expected: ShowResource['expectedSource']): ExpectedDraft {
  const { framesPerSecond = null, height, soundChannels = null, soundSampleRateHz = null, width } = expected ?? {};
  return {
    size: width && height ? `${width}x${height}` : '',
    framesPerSecond: String(framesPerSecond ?? ''),
    soundChannels: String(soundChannels ?? ''),
    soundSampleRateHz: String(soundSampleRateHz ?? ''),
  };
}

/** Returns what is requested; null when nothing is expected. */
export function toExpectedSource(draft: ExpectedDraft): ExpectedSource | null {
  if (Object.values(draft).every((value) => value === '')) return null;
  const toNumber = (value: string | undefined) => (value ? Number(value) : null);
  const [width, height] = draft.size.split('x');
  return {
    width: toNumber(width),
    height: toNumber(height),
    framesPerSecond: toNumber(draft.framesPerSecond),
    soundChannels: toNumber(draft.soundChannels),
    soundSampleRateHz: toNumber(draft.soundSampleRateHz),
  };
}

/** Names what is expected, such as `1920x1080, 50 frames per second, stereo`. */
export function expectedWords(expected: ExpectedSource): string {
  const { framesPerSecond, size, soundChannels, soundSampleRateHz } = toExpectedDraft(expected);
  const parts = [
    size,
    framesPerSecond && `${framesPerSecond} frames per second`,
    soundChannels && (CHANNEL_WORDS[soundChannels]?.toLowerCase() ?? `${soundChannels} channels`),
    soundSampleRateHz && toHertz(soundSampleRateHz),
  ];
  return parts.filter((part) => part !== '').join(', ');
}
