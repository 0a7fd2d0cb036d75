import { useMutation, useQuery } from '@tanstack/react-query';
import type { AnswerNoSourceLimit, SetNoSourceLimit } from '../../../functions/api/schemas/no-source-limit.ts';
import { api, bodyOf } from './client.ts';
import { queryClient, queryKeys } from './query-client.ts';
import { snapshotQuery } from './snapshot.ts';

const ofSource = api['no-source-limit'];
const matching = (revision: number) => ({ header: { 'If-Match': `"${revision}"` } });

/** Polls the no-source limit while the page is visible. */
export function useNoSourceLimit() {
  return useQuery(snapshotQuery('noSourceLimit'));
}

const invalidate = () => queryClient.invalidateQueries({ queryKey: queryKeys.noSourceLimit });

/** Sets the limit. @param revision of the limit that the form was opened with */
export function useSetNoSourceLimit() {
  return useMutation({
    mutationFn: ({ revision, limit }: { revision: number; limit: SetNoSourceLimit }) =>
      bodyOf(ofSource.$put({ ...matching(revision), json: limit })),
    onSettled: invalidate,
  });
}

/** Answers the question of the limit, as it was shown. */
export function useAnswerNoSourceLimit() {
  return useMutation({
    mutationFn: ({ revision, answer }: { revision: number; answer: AnswerNoSourceLimit['answer'] }) =>
      bodyOf(ofSource.answer.$post({ ...matching(revision), json: { answer } })),
    onSettled: invalidate,
  });
}
