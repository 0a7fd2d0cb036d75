import { AsyncLocalStorage } from 'node:async_hooks';
import { QueryCommand, type QueryCommandInput, type QueryCommandOutput } from '@aws-sdk/lib-dynamodb';
import type { TableDeps } from './clients.ts';

/** The queries of one request, by their input; null after its end, when work that outlives it has to read again. */
interface Scope {
  queries: Map<string, Promise<QueryCommandOutput>> | null;
}

const scopes = new AsyncLocalStorage<Scope>();

/**
 * Lets equal queries share one answer while `work` runs, for a request that only reads and is made of several answers.
 * No answer is older than the request.
 */
export async function withSharedReads<Answer>(work: () => Promise<Answer>): Promise<Answer> {
  const scope: Scope = { queries: new Map() };
  try {
    return await scopes.run(scope, work);
  } finally {
    scope.queries = null;
  }
}

/** Sends a query, or joins an equal one of the same request. The caller must not change the items. */
export function sendQuery({ clients }: TableDeps, input: QueryCommandInput): Promise<QueryCommandOutput> {
  const queries = scopes.getStore()?.queries;
  const send = (): Promise<QueryCommandOutput> => clients.table.send(new QueryCommand(input));
  if (!queries) return send();
  const key = JSON.stringify(input);
  const shared = queries.get(key) ?? send();
  queries.set(key, shared);
  return shared;
}
