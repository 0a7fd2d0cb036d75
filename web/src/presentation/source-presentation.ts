import type { FlowStatusResource } from '../../../functions/api/schemas.ts';
import type { Glyph, Tone } from './destination-presentation.ts';
import { sentence } from './format.ts';

type SourceState = FlowStatusResource['source']['state'];
type FlowStatus = FlowStatusResource['status'];

/** Words, colour and glyph of the source. */
export interface SourcePresentation {
  tone: Tone;
  glyph: Glyph;
  word: string;
  /** The word where nothing beside it says that it is about the source. */
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

/** While the flow itself changes, that is the news, not what the source was before. */
const FLOW_WORDS: Partial<Record<FlowStatus, string>> = {
  STARTING: 'Source starting',
  STOPPING: 'Source stopping',
  DELETING: 'Source being deleted',
};

/** How the source is shown while its data is fresh. */
export function presentSource({ status, source }: FlowStatusResource): SourcePresentation {
  const moving = FLOW_WORDS[status];
  if (moving) return { tone: 'motion', glyph: 'motion', word: moving, fullWord: moving, reason: '', remedy: '' };
  return { ...SOURCE_LOOKS[source.state], reason: sentence(source.detail), remedy: sentence(source.remedy) };
}

/** A line that sends a file to the source as a live encoder would. */
export function ffmpegLine(srtUrl: string): string {
  return `ffmpeg -re -i input.mp4 -c:v libx264 -preset veryfast -b:v 6M -g 60 -c:a aac -b:a 160k -f mpegts "${srtUrl}"`;
}

/** The same text with the passphrase covered, for a screen that others may see. */
export function coverPassphrase(text: string): string {
  return text.replace(/(passphrase=)(?!<)[^&"]+/, '$1••••••••');
}
