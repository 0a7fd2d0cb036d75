import { randomUUID } from 'node:crypto';
import { putTimelineEntry } from '../aws/history-table.ts';
import { errorName } from '../domain/errors.ts';
import { SOURCE_OWNER } from '../domain/source-timeline.ts';
import type { ApiDeps } from './api-deps.ts';

/** Records who changed the source. A failure is only logged, because the change itself has been made. */
export async function noteSource(deps: ApiDeps, actor: string, detail: string): Promise<void> {
  try {
    const entry = { at: deps.now().toISOString(), actor, kind: 'source' as const, detail };
    await putTimelineEntry(deps, SOURCE_OWNER, entry, randomUUID());
  } catch (error) {
    deps.logger.warn('a change of the source is not on the timeline', { error: errorName(error) });
  }
}
