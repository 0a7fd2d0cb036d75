import { useMutation, useQuery } from '@tanstack/react-query';
import type { z } from '@hono/zod-openapi';
import type { AnswerCeiling } from '../../../functions/api/schemas/ceilings.ts';
import type { CreateShow, PatchShow, ShowResource, ShowSummary } from '../../../functions/api/schemas/shows.ts';
import { POLL_BUSY_MS, POLL_DETAILS_MS } from './freshness.ts';
import { api, bodyOf, endedBy, sending } from './client.ts';
import { queryClient, queryKeys } from './query-client.ts';

const oneShow = api.shows[':showId'];
const etagOf = ({ revision }: ShowResource): string => `"${revision}"`;

export type NewShow = z.infer<typeof CreateShow>;
export type ShowChange = z.infer<typeof PatchShow>;
export type ShowAction = ShowResource['allowedActions'][number];

/** Polls the next shows, or the newest past ones. */
export function useShows(state: 'open' | 'past') {
  return useQuery({
    queryKey: queryKeys.shows(state),
    queryFn: ({ signal }) => bodyOf(api.shows.$get({ query: { state, limit: 100 } }, endedBy(signal))),
    refetchInterval: POLL_DETAILS_MS,
  });
}

/** Polls the shows that start in a period, past ones included, in the order of their starts. @param to exclusive */
export function useShowsBetween(from: Date, to: Date) {
  const period = { from: from.toISOString(), to: to.toISOString() };
  return useQuery({
    queryKey: queryKeys.showsBetween(period.from, period.to),
    queryFn: async ({ signal }) => {
      const read = (state: 'open' | 'past') =>
        bodyOf(api.shows.$get({ query: { state, limit: 100, ...period } }, endedBy(signal)));
      const lists = await Promise.all([read('past'), read('open')]);
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
    queryFn: ({ signal }) => bodyOf(oneShow.$get({ param: { showId } }, endedBy(signal))),
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
    mutationFn: (json: NewShow) => bodyOf(api.shows.$post({ json })),
    onSettled: refresh,
  });
}

/** Changes a show, unless it has been changed since it was read. */
export function useChangeShow() {
  return useMutation({
    mutationFn: (change: { show: ShowResource; body: ShowChange; scope: 'one' | 'following' }) =>
      bodyOf(
        oneShow.$patch({
          param: { showId: change.show.showId },
          query: { scope: change.scope },
          header: { 'If-Match': etagOf(change.show) },
          json: change.body,
        }),
      ),
    onSettled: refresh,
  });
}

/** Sets the cover of a show, or removes it without a picture. */
export function useSaveCover() {
  return useMutation({
    mutationFn: async (chosen: { showId: string; picture: Blob | null; scope: 'one' | 'following' }) => {
      const { picture, scope, showId } = chosen;
      const cover = { param: { showId }, query: { scope } };
      if (picture === null) await oneShow.cover.$delete(cover);
      else await oneShow.cover.$put(cover, sending(picture));
    },
    onSettled: refresh,
  });
}

/** Answers the question of a show's ceiling, as it was shown. */
export function useAnswerShowCeiling() {
  return useMutation({
    mutationFn: (question: { show: ShowResource; answer: AnswerCeiling['answer'] }) =>
      oneShow.ceiling.answer.$post({
        param: { showId: question.show.showId },
        header: { 'If-Match': etagOf(question.show) },
        json: { answer: question.answer },
      }),
    onSettled: refresh,
  });
}

/** Cancels all shows of a series that have not started. */
export function useCancelSeries(showId: string) {
  return useMutation({
    mutationFn: () => oneShow['cancel-series'].$post({ param: { showId } }),
    onSettled: refresh,
  });
}

/** Requests an action of a show, or its deletion. */
export function useShowAction(showId: string) {
  return useMutation({
    mutationFn: async (action: Exclude<ShowAction, 'edit'>) => {
      if (action === 'delete') await oneShow.$delete({ param: { showId } });
      else await oneShow[action].$post({ param: { showId } });
    },
    onSettled: refresh,
  });
}
