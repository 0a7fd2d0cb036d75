import { navigate } from 'wouter/use-browser-location';
import { paths } from './paths.ts';

/** The source card and rows carry what says that they need a person. */
const PROBLEMS = '#content :is([data-problem], li[data-tone="attention"] > [data-row])';

/** Leads to the first thing that needs a person: on the show, from wherever the operator is. */
export function goToFirstProblem(): void {
  if (window.location.pathname === paths.show) revealFirstProblem();
  else navigate(paths.show, { state: { problem: true } });
}

/** Brings it into sight and gives it the focus. */
export function revealFirstProblem(): void {
  reveal(document.querySelector<HTMLElement>(PROBLEMS));
}

/** Brings one row of the show into sight and gives it the focus. */
export function revealRow(destinationId: string): void {
  const link = document.querySelector(`#content [data-row-name][href="${paths.destination(destinationId)}"]`);
  reveal(link?.closest<HTMLElement>('[data-row]') ?? null);
}

function reveal(place: HTMLElement | null): void {
  place?.scrollIntoView({ block: 'center' });
  (place?.querySelector<HTMLElement>('[data-row-name]') ?? place)?.focus({ preventScroll: true });
}
