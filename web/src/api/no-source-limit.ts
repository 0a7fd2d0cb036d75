import { useMutation, useQuery } from '@tanstack/react-query';
import type {
  AnswerNoSourceLimit,
  NoSourceLimitResource,
  SetNoSourceLimit,
} from '../../../functions/api/schemas/no-source-limit.ts';
import { queryClient, queryKeys } from './query-client.ts';
import { request } from './request.ts';
import { snapshotQuery } from './snapshot.ts';

const PATH = '/api/no-source-limit';

/** Polls the no-source limit while the page is visible. */
export function useNoSourceLimit() {
  return useQuery(snapshotQuery('noSourceLimit'));
}

const invalidate = () => queryClient.invalidateQueries({ queryKey: queryKeys.noSourceLimit });

/** Sets the limit. @param revision of the limit that the form was opened with */
export function useSetNoSourceLimit() {
  return useMutation({
    mutationFn: ({ revision, limit }: { revision: number; limit: SetNoSourceLimit }) =>
      request<NoSourceLimitResource, SetNoSourceLimit>(PATH, {
        method: 'PUT',
        body: limit,
        ifMatch: `"${revision}"`,
      }),
    onSettled: invalidate,
  });
}

/** Answers the question of the limit, as it was shown. */
export function useAnswerNoSourceLimit() {
  return useMutation({
    mutationFn: ({ revision, answer }: { revision: number; answer: AnswerNoSourceLimit['answer'] }) =>
      request<NoSourceLimitResource, AnswerNoSourceLimit>(`${PATH}/answer`, {
        method: 'POST',
        body: { answer },
        ifMatch: `"${revision}"`,
      }),
    onSettled: invalidate,
  });
}
