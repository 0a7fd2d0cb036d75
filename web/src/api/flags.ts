import { useMutation, useQuery } from '@tanstack/react-query';
import { api, bodyOf, endedBy } from './client.ts';
import { POLL_DETAILS_MS } from './freshness.ts';
import { queryClient, queryKeys } from './query-client.ts';
import { useRoleRefusal } from './session.ts';

/** Polls what watchers flagged. Only operators may read it. */
export function useFlags() {
  const isOperator = useRoleRefusal('operator') === undefined;
  return useQuery({
    queryKey: queryKeys.flags,
    queryFn: ({ signal }) => bodyOf(api.flags.$get({}, endedBy(signal))),
    refetchInterval: POLL_DETAILS_MS,
    enabled: isOperator,
  });
}

interface CloseFlag {
  flagId: string;
  reason: string;
  /** The message to delete before; null: delete nothing. */
  deletes: { showId: string; messageId: string } | null;
}

/** Closes a flag, after deleting its message if wanted. */
export function useCloseFlag() {
  return useMutation({
    mutationFn: async ({ flagId, reason, deletes }: CloseFlag) => {
      if (deletes) {
        const { messageId, showId } = deletes;
        const json = { action: 'delete', messageId, reason } as const;
        await bodyOf(api.shows[':showId'].chat.actions.$post({ param: { showId }, json }));
      }
      return bodyOf(api.flags[':flagId'].close.$post({ param: { flagId }, json: { reason } }));
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: queryKeys.flags }),
  });
}
