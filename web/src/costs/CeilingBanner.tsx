import { lazy } from 'react';
import { useIncidents } from '../api/incidents.ts';
import { LazyPart } from '../ui/LazyPart.tsx';

const CeilingQuestions = lazy(async () => ({ default: (await import('./CeilingQuestions.tsx')).CeilingQuestions }));
const NoSourceBanner = lazy(async () => ({ default: (await import('./NoSourceBanner.tsx')).NoSourceBanner }));

/** Shows on every page what waits for an answer: a ceiling that is reached, or channels that run without a source. */
export function CeilingBanner() {
  // What asks has an open incident, so a page without one needs no request and no code.
  const { data = [] } = useIncidents();
  return (
    <LazyPart>
      {data.some(({ subject }) => subject.kind === 'money') && <CeilingQuestions />}
      {data.some(({ rule }) => rule === 'channels_without_source') && <NoSourceBanner />}
    </LazyPart>
  );
}
