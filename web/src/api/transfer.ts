import { useMutation } from '@tanstack/react-query';
import type { ExportRequest, ImportRequest, ImportResult } from '../../../functions/api/schemas/transfer.ts';
import { api, bodyOf, within } from './client.ts';
import { queryClient } from './query-client.ts';

/** The server works for at most half of this in one request. */
const ANSWER_WITHIN_MS = 60_000;

/** Requests an export as a file. */
export function useExport() {
  return useMutation({
    mutationFn: async (json: ExportRequest) => (await api.export.$post({ json }, within(ANSWER_WITHIN_MS))).text(),
  });
}

/** Imports, or previews with `dryRun`. Repeats the request until nothing is pending. */
export function useImport(onProgress: (result: ImportResult) => void) {
  return useMutation({
    mutationFn: async (body: ImportRequest): Promise<ImportResult> => {
      let all = await send(body);
      while (!all.isComplete) {
        onProgress(all);
        const pending = all.items.filter(({ outcome }) => outcome === 'pending').map(({ item }) => item);
        const next = await send({ ...body, select: pending });
        all = merge(all, next);
        if (stillPending(all) === pending.length) break;
      }
      return all;
    },
    // Everything may have changed.
    onSettled: (_result, _error, { dryRun }) => (dryRun ? undefined : queryClient.invalidateQueries()),
  });
}

const stillPending = ({ items }: ImportResult) => items.filter(({ outcome }) => outcome === 'pending').length;

const send = (json: ImportRequest): Promise<ImportResult> =>
  bodyOf(api.import.$post({ json }, within(ANSWER_WITHIN_MS)));

/** Keeps what earlier requests did, and takes what the newest did with the rest. */
function merge(before: ImportResult, next: ImportResult): ImportResult {
  const newer = new Map(next.items.map((item) => [item.item, item]));
  const items = before.items.map((item) => (item.outcome === 'pending' ? (newer.get(item.item) ?? item) : item));
  return { ...next, items, isComplete: items.every(({ outcome }) => outcome !== 'pending') };
}
