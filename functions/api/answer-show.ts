import { listAllDestinations } from '../aws/destination-table.ts';
import type { Show } from '../domain/show.ts';
import { readShowSpending } from '../workflow/read-spending.ts';
import type { ApiContext, ApiDeps } from './api-deps.ts';
import type { ShowResource } from './schemas/shows.ts';
import { presentShow } from './views/show-resource.ts';

/** Returns a show as the API answers it, with what it has cost when it has a ceiling, and sets the ETag. */
export async function answerShow(deps: ApiDeps, context: ApiContext, show: Show): Promise<ShowResource> {
  const isStarted = show.destinations.some(({ startRequestedAt }) => startRequestedAt !== null);
  const records = show.ceiling && isStarted ? await listAllDestinations(deps) : [];
  const spending = show.ceiling ? await readShowSpending(deps, show, records) : null;
  return presentShow(context, show, { spending, now: deps.now() });
}
