import { VisuallyHidden } from '@mantine/core';
import { useState } from 'react';
import type { DestinationResource } from '../../../functions/api/schemas/destinations.ts';
import type { FlowStatusResource } from '../../../functions/api/schemas/flow.ts';
import { useAnnouncement } from '../app/announcements.ts';
import { announcementFor, presentDestination } from '../destinations/destination-presentation.ts';
import { presentSource } from '../source/source-presentation.ts';

interface Heard {
  destinations: readonly DestinationResource[] | undefined;
  /** Status word per destination id. */
  words: ReadonlyMap<string, string>;
  message: string;
}

/** Announces each state change to screen readers once; the first poll is not a change. */
export function Announcer({
  destinations,
  flow,
  stale,
}: {
  destinations: readonly DestinationResource[] | undefined;
  flow: FlowStatusResource | undefined;
  stale: boolean;
}) {
  const [heard, setHeard] = useState<Heard>({ destinations: undefined, words: new Map(), message: '' });
  // Compares during rendering, so that no change between two polls is lost.
  if (destinations && destinations !== heard.destinations) setHeard(listen(heard, destinations));

  const announced = useAnnouncement();
  const source = flow && destinations && !stale ? presentSource(flow, destinations) : null;
  const alarm = source?.tone === 'attention' ? `${source.fullWord}. ${source.reason}` : '';

  return (
    <VisuallyHidden>
      <div aria-live="polite">{heard.message}</div>
      <div aria-live="polite">{announced}</div>
      <div aria-live="assertive">{stale ? 'Connection lost, showing the last known state' : alarm}</div>
    </VisuallyHidden>
  );
}

function listen(before: Heard, destinations: readonly DestinationResource[]): Heard {
  const words = new Map<string, string>();
  const news: string[] = [];
  for (const destination of destinations) {
    const presentation = presentDestination(destination);
    words.set(destination.destinationId, presentation.word);
    const changed = before.words.get(destination.destinationId) !== presentation.word;
    if (before.destinations && changed) news.push(announcementFor(destination.name, presentation));
  }
  return { destinations, words, message: news.length > 0 ? news.join('. ') : before.message };
}
