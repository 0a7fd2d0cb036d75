import type { OwnAnswer, OwnRequest } from '../read-as-caller.ts';
import type { ProblemBody } from '../schemas/problem.ts';
import type { ImportItem } from '../schemas/transfer.ts';
import type { ImportPlan } from './plan-import.ts';
import type { PlannedItem } from './plan-item.ts';

/** Carries out an import. */

interface Run {
  send: (request: OwnRequest) => Promise<OwnAnswer>;
  isWanted: (item: PlannedItem) => boolean;
  /** True when the time of the request is over. */
  isOver: () => boolean;
}

/**
 * Imports the items one after another, each by one request of the API to itself: it is imported whole or not at all. An
 * item that fails does not stop the others.
 * @returns the outcomes in the order of the items
 */
export async function runImport({ ids, items }: ImportPlan, { isOver, isWanted, send }: Run): Promise<ImportItem[]> {
  const results: ImportItem[] = [];
  const failed = new Set<string>();
  for (const item of items) {
    if (!item.request || !isWanted(item)) results.push(toItem(item, 'skipped'));
    else if (isOver()) results.push(toItem(item, 'pending'));
    else if (item.after !== undefined && failed.has(item.after)) results.push(notWithout(item));
    else results.push(await importOne(item, { ids, send }));
    if (results.at(-1)!.outcome === 'failed' || isLeftOut(results.at(-1)!)) failed.add(item.item);
  }
  return results;
}

/** A show that is new and not imported cannot have a cover. */
function isLeftOut({ outcome, status }: ImportItem): boolean {
  return outcome === 'skipped' && (status === 'new' || status === 'conflict');
}

async function importOne(item: PlannedItem, { ids, send }: Pick<ImportPlan, 'ids'> & Pick<Run, 'send'>) {
  if (item.refersTo.some((each) => !ids.has(each))) return notWithout(item);
  const answer = await send(item.request!(ids));
  if (answer.status >= 300) {
    const { detail, remedy } = answer.body as ProblemBody;
    return toItem({ ...item, problem: { detail, remedy } }, 'failed');
  }
  const body = (answer.body ?? {}) as Record<string, unknown>;
  item.note?.(body);
  if (item.reference !== undefined) ids.set(item.reference, String(body['destinationId']));
  return toItem(item, item.status === 'new' ? 'created' : 'changed');
}

function notWithout(item: PlannedItem): ImportItem {
  const problem = { detail: 'needs an item that was not imported', remedy: 'see that item, then import again' };
  return toItem({ ...item, problem }, 'failed');
}

/** Returns an item as the API answers it. */
export function toItem(planned: PlannedItem, outcome: ImportItem['outcome']): ImportItem {
  const { fields, item, kind, name, needs, problem, status } = planned;
  return { item, kind, name, status, fields, needs, problem, outcome };
}
