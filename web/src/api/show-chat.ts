import { useMutation, useQuery } from '@tanstack/react-query';
import type { ModerateChat, SetShowChat } from '../../../functions/api/schemas/show-chat.ts';
import { api, bodyOf, endedBy } from './client.ts';
import { POLL_BUSY_MS, POLL_DETAILS_MS } from './freshness.ts';
import { queryClient, queryKeys } from './query-client.ts';

const chat = api.shows[':showId'].chat;

/** Polls the settings, totals and blocks of a show's chat. */
export function useShowChat(showId: string) {
  return useQuery({
    queryKey: queryKeys.showChat(showId),
    queryFn: ({ signal }) => bodyOf(chat.$get({ param: { showId } }, endedBy(signal))),
    refetchInterval: POLL_DETAILS_MS,
  });
}

/** Polls the newest messages, or those that wait for a moderator. */
export function useChatMessages(showId: string, state: 'sent' | 'held') {
  return useQuery({
    queryKey: queryKeys.chatMessages(showId, state),
    queryFn: ({ signal }) =>
      bodyOf(chat.messages.$get({ param: { showId }, query: { state, limit: '100' } }, endedBy(signal))),
    refetchInterval: POLL_BUSY_MS,
  });
}

/** Polls the moderation log. */
export function useModerationLog(showId: string) {
  return useQuery({
    queryKey: queryKeys.moderationLog(showId),
    queryFn: ({ signal }) => bodyOf(chat.actions.$get({ param: { showId }, query: { limit: '20' } }, endedBy(signal))),
    refetchInterval: POLL_DETAILS_MS,
  });
}

const refresh = (showId: string) => queryClient.invalidateQueries({ queryKey: queryKeys.showChat(showId) });

/** Sets the chat. @param revision of the settings that the person saw */
export function useSetChat(showId: string) {
  return useMutation({
    mutationFn: ({ revision, ...json }: SetShowChat & { revision: number }) =>
      bodyOf(chat.$put({ param: { showId }, header: { 'If-Match': `"${revision}"` }, json })),
    onSettled: () => refresh(showId),
  });
}

/** Deletes, approves, blocks, unblocks or clears. */
export function useModerateChat(showId: string) {
  return useMutation({
    mutationFn: (json: ModerateChat) => bodyOf(chat.actions.$post({ param: { showId }, json })),
    onSettled: () => refresh(showId),
  });
}
