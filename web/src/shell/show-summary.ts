import type { DestinationResource, FlowStatusResource } from '../../../functions/api/schemas/answers.ts';
import { presentDestination } from '../destinations/destination-presentation.ts';
import type { Tone } from '../ui/tone.ts';
import { countShow } from '../destinations/show-counts.ts';
import { presentSource, type SourcePresentation } from '../source/source-presentation.ts';

/**
 * The show in one line. Source and destinations are polled apart, so for some seconds they tell of different moments:
 * everything the header says comes from here, where they are put together, so that no two of its words contradict.
 */
export interface ShowSummary {
  /** Null until the source is known. */
  source: SourcePresentation | null;
  onAir: number;
  total: number;
  /** What needs a person, in the order it should be looked at. */
  problems: ShowProblem[];
  /** Requested and not on air, without being a problem; null when there is none. */
  pending: { words: string; tone: Tone } | null;
}

/** Something that needs a person. */
export interface ShowProblem {
  /** Null: the source. */
  destination: DestinationResource | null;
  name: string;
  reason: string;
}

/** Puts source and destinations together. Pure. */
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
  return { source, ...counts, problems, pending: pendingOf(destinations) };
}

/** What is requested and is neither on air nor a problem. */
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

const PENDING_WORDS: Partial<Record<Tone, string>> = { waiting: 'waiting', stale: 'not seen lately' };

/** Loudest first. */
const TONES: readonly Tone[] = ['motion', 'waiting', 'stale', 'off'];
