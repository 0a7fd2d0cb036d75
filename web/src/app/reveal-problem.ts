import { navigate } from 'wouter/use-browser-location';
import { paths } from './paths.ts';

/** A problem on the show page: a destination's id, or true for the first one. */
export type ProblemPlace = string | true;

/** Selects the source card and rows that need attention. */
const PROBLEMS = '#content :is([data-problem], li[data-tone="attention"] > [data-row])';

/** Goes to the first problem on the show page, from any page. */
export function goToFirstProblem(): void {
  if (window.location.pathname === paths.show) revealFirstProblem();
  else navigate(paths.show, { state: { problem: true } });
}

/** Scrolls to a problem and focuses it. */
export function revealProblem(place: ProblemPlace): void {
  if (place === true) revealFirstProblem();
  else revealRow(place);
}

function revealFirstProblem(): void {
  reveal(document.querySelector<HTMLElement>(PROBLEMS));
}

/** Scrolls to a row of the show page and focuses it. */
export function revealRow(destinationId: string): void {
  const link = document.querySelector(`#content [data-row-name][href="${paths.destination(destinationId)}"]`);
  reveal(link?.closest<HTMLElement>('[data-row]') ?? null);
}

function reveal(place: HTMLElement | null): void {
  place?.scrollIntoView({ block: 'center' });
  (place?.querySelector<HTMLElement>('[data-row-name]') ?? place)?.focus({ preventScroll: true });
}
