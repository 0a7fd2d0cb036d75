import { useMutation, useQuery } from '@tanstack/react-query';
import type { AnswerCeiling, CeilingResource, SetCeiling } from '../../../functions/api/schemas/ceilings.ts';
import { queryClient, queryKeys } from './query-client.ts';
import { request } from './request.ts';
import { snapshotQuery } from './snapshot.ts';

const PATH = '/api/ceilings';

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
      request<CeilingResource, SetCeiling>(`${PATH}/${period}`, {
        method: 'PUT',
        body: ceiling,
        ifMatch: revision === null ? null : `"${revision}"`,
      }),
    onSettled: invalidate,
  });
}

/** Removes a ceiling. */
export function useRemoveCeiling() {
  return useMutation({
    mutationFn: ({ period, revision }: CeilingResource) =>
      request<null>(`${PATH}/${period}`, { method: 'DELETE', ifMatch: `"${revision}"` }),
    onSettled: invalidate,
  });
}

/** Answers the question of a ceiling, as it was shown. */
export function useAnswerCeiling() {
  return useMutation({
    mutationFn: ({ ceiling, answer }: { ceiling: CeilingResource; answer: AnswerCeiling['answer'] }) =>
      request<CeilingResource, AnswerCeiling>(`${PATH}/${ceiling.period}/answer`, {
        method: 'POST',
        body: { answer },
        ifMatch: `"${ceiling.revision}"`,
      }),
    onSettled: invalidate,
  });
}
