import { useMutation, useQuery } from '@tanstack/react-query';
import type { AnswerCeiling, CeilingResource, SetCeiling } from '../../../functions/api/schemas/ceilings.ts';
import { api, bodyOf } from './client.ts';
import { queryClient, queryKeys } from './query-client.ts';
import { snapshotQuery } from './snapshot.ts';

const ceilingOf = api.ceilings[':period'];
const etagOf = (revision: number): string => `"${revision}"`;

type Period = CeilingResource['period'];

/** Polls the ceilings with their spending while the page is visible. */
export function useCeilings() {
  return useQuery(snapshotQuery('ceilings'));
}

const invalidate = () => queryClient.invalidateQueries({ queryKey: queryKeys.ceilings });

/** Sets a ceiling. @param revision of the ceiling that the form was opened with; null for a new one */
export function useSetCeiling() {
  return useMutation({
    mutationFn: ({ period, revision, ceiling }: { period: Period; revision: number | null; ceiling: SetCeiling }) =>
      bodyOf(
        ceilingOf.$put({
          param: { period },
          header: revision === null ? {} : { 'If-Match': etagOf(revision) },
          json: ceiling,
        }),
      ),
    onSettled: invalidate,
  });
}

/** Removes a ceiling. */
export function useRemoveCeiling() {
  return useMutation({
    mutationFn: ({ period, revision }: CeilingResource) =>
      ceilingOf.$delete({ param: { period }, header: { 'If-Match': etagOf(revision) } }),
    onSettled: invalidate,
  });
}

/** Answers the question of a ceiling, as it was shown. */
export function useAnswerCeiling() {
  return useMutation({
    mutationFn: ({ ceiling, answer }: { ceiling: CeilingResource; answer: AnswerCeiling['answer'] }) =>
      bodyOf(
        ceilingOf.answer.$post({
          param: { period: ceiling.period },
          header: { 'If-Match': etagOf(ceiling.revision) },
          json: { answer },
        }),
      ),
    onSettled: invalidate,
  });
}
