import type { DestinationResource } from '../../../functions/api/schemas/destinations.ts';
import type { FlowStatusResource } from '../../../functions/api/schemas/flow.ts';
import { presentDestination } from '../destinations/destination-presentation.ts';
import type { Tone } from '../ui/tone.ts';
import { countShow } from '../destinations/show-counts.ts';
import { presentSource, type SourcePresentation } from '../source/source-presentation.ts';

/**
 * The show in one line. Source and destinations are polled separately, so for some seconds they describe different
 * moments. The header takes all its text from this summary, which reconciles them, so that it never contradicts itself.
 */
export interface ShowSummary {
  /** Null until the source is known. */
  source: SourcePresentation | null;
  onAir: number;
  total: number;
  /** Problems in order of priority. */
  problems: ShowProblem[];
  /** Requested destinations that are neither on air nor a problem; null without any. */
  pending: { words: string; tone: Tone } | null;
  /** No problem is known, and nothing on air is in doubt. */
  isCalm: boolean;
}

/** A problem that needs attention. */
export interface ShowProblem {
  /** Null: the source. */
  destination: DestinationResource | null;
  name: string;
  reason: string;
}

/** Combines source and destinations. Pure. */
export function summarizeShow(
  destinations: readonly DestinationResource[],
  flow: FlowStatusResource | undefined,
): ShowSummary {
  const counts = countShow(destinations);
  const source = flow ? presentSource(flow, destinations) : null;
  const problems: ShowProblem[] = [];
  if (source?.tone === 'attention') {
    problems.push({ destination: null, name: source.fullWord, reason: source.reason });
  }
  for (const destination of destinations) {
    const { tone, reason, word } = presentDestination(destination);
    if (tone === 'attention') problems.push({ destination, name: destination.name, reason: reason || word });
  }
  const pending = pendingOf(destinations);
  // While destinations are on air, an unconnected source may have been lost this moment.
  const isInDoubt = counts.onAir > 0 && source !== null && source.tone !== 'air';
  return { source, ...counts, problems, pending, isCalm: problems.length === 0 && pending === null && !isInDoubt };
}

/** Returns the requested destinations that are neither on air nor a problem. */
function pendingOf(destinations: readonly DestinationResource[]): ShowSummary['pending'] {
  const counts = new Map<string, { count: number; tone: Tone }>();
  for (const destination of destinations) {
    if (destination.primary || destination.desired !== 'running') continue;
    const { tone, glyph } = presentDestination(destination);
    if (tone === 'air' || tone === 'attention') continue;
    const word = glyph === 'healing' ? 'degraded' : (PENDING_WORDS[tone] ?? 'in progress');
    counts.set(word, { count: (counts.get(word)?.count ?? 0) + 1, tone });
  }
  const tone = TONES.find((each) => [...counts.values()].some((part) => part.tone === each));
  return tone ? { words: [...counts].map(([word, { count }]) => `${count} ${word}`).join(' · '), tone } : null;
}

const PENDING_WORDS: Partial<Record<Tone, string>> = {
  slate: 'showing the slate',
  waiting: 'waiting',
  stale: 'not seen lately',
};

/** Loudest first. */
const TONES: readonly Tone[] = ['slate', 'motion', 'waiting', 'stale', 'off'];
