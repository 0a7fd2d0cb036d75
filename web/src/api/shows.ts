import { useMutation, useQuery } from '@tanstack/react-query';
import type { z } from '@hono/zod-openapi';
import type { AnswerCeiling } from '../../../functions/api/schemas/ceilings.ts';
import type {
  CancelledSeries as CancelledSeriesSchema,
  CreateShow,
  PatchShow,
  ShowList,
  ShowResource,
  ShowSummary,
} from '../../../functions/api/schemas/shows.ts';
import { POLL_BUSY_MS, POLL_DETAILS_MS } from './freshness.ts';
import { queryClient, queryKeys } from './query-client.ts';
import { PICTURE_WITHIN_MS, request } from './request.ts';

const PATH = '/api/shows';

type CancelledSeries = z.infer<typeof CancelledSeriesSchema>;
export type NewShow = z.infer<typeof CreateShow>;
export type ShowChange = z.infer<typeof PatchShow>;
export type ShowAction = ShowResource['allowedActions'][number];

/** Polls the next shows, or the newest past ones. */
export function useShows(state: 'open' | 'past') {
  return useQuery({
    queryKey: queryKeys.shows(state),
    queryFn: async ({ signal }) => (await request<ShowList>(`${PATH}?state=${state}&limit=100`, { signal })).body,
    refetchInterval: POLL_DETAILS_MS,
  });
}

/** Polls the shows that start in a period, past ones included, in the order of their starts. @param to exclusive */
export function useShowsBetween(from: Date, to: Date) {
  const period = new URLSearchParams({ from: from.toISOString(), to: to.toISOString() });
  return useQuery({
    queryKey: queryKeys.showsBetween(from.toISOString(), to.toISOString()),
    queryFn: async ({ signal }) => {
      const read = async (state: string) =>
        (await request<ShowList>(`${PATH}?state=${state}&limit=100&${period.toString()}`, { signal })).body;
      const lists = await Promise.all(['past', 'open'].map(read));
      return {
        shows: inOrder(lists.flatMap(({ data }) => data)),
        hasMore: lists.some(({ nextCursor }) => nextCursor !== null),
      };
    },
    refetchInterval: POLL_DETAILS_MS,
  });
}

/** A show that ends between the two reads is in both lists. */
function inOrder(shows: ShowSummary[]): ShowSummary[] {
  const single = new Map(shows.map((show) => [show.showId, show]));
  return [...single.values()].toSorted((one, other) => one.startsAt.localeCompare(other.startsAt));
}

/** Polls one show, quickly while it is on its way. */
export function useShow(showId: string) {
  return useQuery({
    queryKey: queryKeys.plannedShow(showId),
    queryFn: async ({ signal }) => (await request<ShowResource>(`${PATH}/${showId}`, { signal })).body,
    refetchInterval: ({ state }) => {
      const isMoving = state.data && ['starting', 'live', 'ending'].includes(state.data.state);
      return isMoving ? POLL_BUSY_MS : POLL_DETAILS_MS;
    },
  });
}

function refresh(): Promise<unknown> {
  return Promise.all(
    [queryKeys.allShows, queryKeys.allPlannedShows].map((queryKey) => queryClient.invalidateQueries({ queryKey })),
  );
}

/** Plans a show. */
export function useCreateShow() {
  return useMutation({
    mutationFn: async (body: NewShow) => (await request<ShowResource, NewShow>(PATH, { method: 'POST', body })).body,
    onSettled: refresh,
  });
}

/** Changes a show, unless it has been changed since it was read. */
export function useChangeShow() {
  return useMutation({
    mutationFn: async ({ show, body, scope }: { show: ShowResource; body: ShowChange; scope: 'one' | 'following' }) =>
      (
        await request<ShowResource, ShowChange>(`${PATH}/${show.showId}?scope=${scope}`, {
          method: 'PATCH',
          body,
          ifMatch: `"${show.revision}"`,
        })
      ).body,
    onSettled: refresh,
  });
}

/** Sets the cover of a show, or removes it without a picture. */
export function useSaveCover() {
  return useMutation({
    mutationFn: ({ showId, picture, scope }: { showId: string; picture: Blob | null; scope: 'one' | 'following' }) => {
      const path = `${PATH}/${showId}/cover?scope=${scope}`;
      if (picture === null) return request<unknown>(path, { method: 'DELETE' });
      return request<unknown>(path, { method: 'PUT', image: picture, answerWithinMs: PICTURE_WITHIN_MS });
    },
    onSettled: refresh,
  });
}

/** Answers the question of a show's ceiling, as it was shown. */
export function useAnswerShowCeiling() {
  return useMutation({
    mutationFn: ({ show, answer }: { show: ShowResource; answer: AnswerCeiling['answer'] }) =>
      request<ShowResource, AnswerCeiling>(`${PATH}/${show.showId}/ceiling/answer`, {
        method: 'POST',
        body: { answer },
        ifMatch: `"${show.revision}"`,
      }),
    onSettled: refresh,
  });
}

/** Cancels all shows of a series that have not started. */
export function useCancelSeries(showId: string) {
  return useMutation({
    mutationFn: () => request<CancelledSeries>(`${PATH}/${showId}/cancel-series`, { method: 'POST' }),
    onSettled: refresh,
  });
}

/** Requests an action of a show, or its deletion. */
export function useShowAction(showId: string) {
  return useMutation({
    mutationFn: async (action: Exclude<ShowAction, 'edit'>) => {
      if (action === 'delete') await request<null>(`${PATH}/${showId}`, { method: 'DELETE' });
      else await request<ShowResource>(`${PATH}/${showId}/${action}`, { method: 'POST' });
    },
    onSettled: refresh,
  });
}
