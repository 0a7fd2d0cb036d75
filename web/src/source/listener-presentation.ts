import type { FlowStatusResource } from '../../../functions/api/schemas/flow.ts';
import type { SourceRole } from '../../../functions/domain/source-name.ts';
import type { Glyph, Tone } from '../ui/tone.ts';

export const SOURCE_NAMES: Record<SourceRole, string> = { main: 'Main', backup: 'Backup' };

type Listener = FlowStatusResource['sources'][number];

/** Words, colour and glyph of one of two sources. */
interface ListenerPresentation {
  tone: Tone;
  glyph: Glyph;
  word: string;
  /** What is wrong and what to do; empty while nothing is. */
  note: string;
}

/** Returns words, colour and glyph of one of two sources, given whether the other one delivers. Pure. */
export function presentListener({ role, isInUse, isConnected }: Listener, isFlowUp: boolean): ListenerPresentation {
  if (!isFlowUp) return { tone: 'off', glyph: 'off', word: 'Off', note: '' };
  if (isConnected === false) {
    // Without a signal at both, MediaConnect still counts one as selected.
    return role === 'main' && !isInUse
      ? { tone: 'attention', glyph: 'attention', word: 'No signal', note: 'Check the main encoder and its line.' }
      : { tone: 'waiting', glyph: 'waiting', word: 'No signal', note: `Point the ${role} encoder at its address.` };
  }
  if (isInUse) return { tone: 'air', glyph: 'air', word: 'In use', note: '' };
  if (isInUse === null) {
    return { tone: 'stale', glyph: 'unknown', word: 'Unknown', note: 'No metrics yet. On AWS they are minutes late.' };
  }
  return { tone: 'off', glyph: 'waiting', word: 'Ready', note: '' };
}

/** Returns why the flow cannot change to a source now; undefined when it can. Pure. */
export function whyNoSwitch({ role, isConnected }: Listener, isFlowUp: boolean): string | undefined {
  if (!isFlowUp) return 'Start the source first';
  return isConnected === false ? `The ${role} source receives nothing: connect its encoder` : undefined;
}
