/** Which of a program's audio streams is taken, and what its table says about each of them. */
import type { SoundSelection } from '../contract.ts';
import type { ElementaryStream } from './program-tables.ts';

/** ISO/IEC 13818-1 2.6.18. */
const LANGUAGE_DESCRIPTOR = 0x0a;
/** Three letters and the type of the audio. */
const LANGUAGE_ENTRY_BYTES = 4;

/** Returns the languages that the table states for a stream: three lower-case letters each; usually none or one. */
export function languagesOf({ descriptors }: Pick<ElementaryStream, 'descriptors'>): string[] {
  const languages: string[] = [];
  for (let at = 0; at + 2 <= descriptors.length; at += 2 + descriptors[at + 1]!) {
    if (descriptors[at] !== LANGUAGE_DESCRIPTOR) continue;
    const end = Math.min(at + 2 + descriptors[at + 1]!, descriptors.length);
    for (let entry = at + 2; entry + LANGUAGE_ENTRY_BYTES <= end; entry += LANGUAGE_ENTRY_BYTES) {
      const letters = descriptors.toString('latin1', entry, entry + 3).toLowerCase();
      if (/^[a-z]{3}$/.test(letters)) languages.push(letters);
    }
  }
  return languages;
}

/**
 * Chooses the stream as MediaLive's audio selectors do. The one in use is kept while it is listed and fits.
 * @param selection absent: the first stream of the table
 * @param used the stream in use, as an earlier table described it
 * @returns null when the chosen stream is not there: no other one replaces it, except a loosely chosen language
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-medialive-channel-audiolanguageselection.html
 */
export function selectSound(
  streams: ElementaryStream[],
  selection: SoundSelection | undefined,
  used: ElementaryStream | null,
): ElementaryStream | null {
  const listed = streams.find(({ pid, streamType }) => pid === used?.pid && streamType === used.streamType);
  if (!selection) return listed ?? streams[0] ?? null;
  if (selection.by === 'pid') return streams.find(({ pid }) => pid === selection.pid) ?? null;
  const fits = (stream: ElementaryStream | undefined) => !!stream && languagesOf(stream).includes(selection.language);
  const found = fits(listed) ? listed! : streams.find(fits);
  if (found || selection.isStrict) return found ?? null;
  return listed ?? streams.find(({ streamType }) => streamType === used?.streamType) ?? streams[0] ?? null;
}
