import type { DestinationResource } from '../../../functions/api/schemas/destinations.ts';
import type { FlowStatusResource } from '../../../functions/api/schemas/flow.ts';
import type { Glyph, Tone } from '../ui/tone.ts';
import { sentence } from '../ui/format.ts';
import { countShow } from '../destinations/show-counts.ts';
import { isSourceLost } from './source-lost.ts';

type SourceState = FlowStatusResource['source']['state'];
type FlowStatus = FlowStatusResource['status'];

/** Words, colour and glyph of the source. */
export interface SourcePresentation {
  tone: Tone;
  glyph: Glyph;
  word: string;
  /** The word with "source", for use outside the source card. */
  fullWord: string;
  reason: string;
  remedy: string;
}

const SOURCE_LOOKS: Record<SourceState, Pick<SourcePresentation, 'tone' | 'glyph' | 'word' | 'fullWord'>> = {
  off: { tone: 'off', glyph: 'off', word: 'Off', fullWord: 'Source off' },
  waiting: { tone: 'waiting', glyph: 'waiting', word: 'Waiting for an encoder', fullWord: 'Waiting for an encoder' },
  connected: { tone: 'air', glyph: 'air', word: 'Connected', fullWord: 'Source connected' },
  failed: { tone: 'attention', glyph: 'attention', word: 'Failed', fullWord: 'Source failed' },
};

/** While the flow changes its state, that replaces the state of the source. */
const FLOW_WORDS: Partial<Record<FlowStatus, string>> = {
  STARTING: 'Source starting',
  STOPPING: 'Source stopping',
  DELETING: 'Source being deleted',
};

/** Returns words, colour and glyph of a source with fresh data, given the destinations. Pure. */
export function presentSource(
  { status, source, observedAt }: FlowStatusResource,
  destinations: readonly DestinationResource[],
): SourcePresentation {
  const moving = FLOW_WORDS[status];
  if (moving) return { tone: 'motion', glyph: 'motion', word: moving, fullWord: moving, reason: '', remedy: '' };
  const look = { ...SOURCE_LOOKS[source.state], reason: sentence(source.detail), remedy: sentence(source.remedy) };
  const isLost = isSourceLost(destinations);
  if (source.state === 'connected') {
    const isBackLately = source.since !== null && Date.parse(observedAt) - Date.parse(source.since) < RETURN_TAKES_MS;
    return isLost && !isBackLately ? { ...look, ...NO_PICTURE } : look;
  }
  // Frames are being sent, so the source is connected or was lost this moment; the next poll decides.
  if (source.state !== 'failed' && countShow(destinations).onAir > 0) return CHECKING;
  return isLost ? { ...look, ...lost(source.state, destinations) } : look;
}

/** Time for destinations to return on air after the encoder has reconnected. */
const RETURN_TAKES_MS = 15_000;

const NO_PICTURE = {
  tone: 'attention',
  glyph: 'attention',
  word: 'Connected, no picture',
  fullWord: 'Source without picture',
  reason: 'The encoder is connected, but destinations get no picture',
  remedy: 'Check that the encoder sends video',
} as const;

const CHECKING: SourcePresentation = {
  tone: 'motion',
  glyph: 'unknown',
  word: 'Checking',
  fullWord: 'Checking the source',
  reason: '',
  remedy: '',
};

function lost(
  state: Exclude<SourceState, 'connected'>,
  destinations: readonly DestinationResource[],
): Partial<SourcePresentation> {
  const waiting = destinations.filter(({ primary, status }) => !primary && status === 'running').length;
  const reason = `No signal from the encoder. ${waiting === 1 ? '1 destination is' : `${waiting} destinations are`} off air`;
  const alarm = { tone: 'attention', glyph: 'attention' } as const;
  switch (state) {
    case 'waiting':
      return { ...alarm, word: 'Source lost', fullWord: 'Source lost', reason, remedy: 'Check the encoder' };
    case 'off':
      return { ...alarm, reason: reason.replace('No signal from the encoder', 'The source is stopped') };
    case 'failed':
      return alarm;
  }
}

/** Returns a command that sends a file to the source like a live encoder. */
export function ffmpegLine(srtUrl: string): string {
  return `ffmpeg -re -i input.mp4 -c:v libx264 -preset veryfast -b:v 6M -g 60 -c:a aac -b:a 160k -f mpegts "${srtUrl}"`;
}

/** Covers the passphrase in a text, for shared screens. */
export function coverPassphrase(text: string): string {
  return text.replace(/(passphrase=)(?!<)[^&"]+/, '$1••••••••');
}
