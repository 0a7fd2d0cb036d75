import { useMutation, useQuery } from '@tanstack/react-query';
import type { CreateInvitation, NewInvitation } from '../../../functions/api/schemas/people.ts';
import { api, bodyOf, endedBy } from './client.ts';
import { POLL_DETAILS_MS } from './freshness.ts';
import { queryClient, queryKeys } from './query-client.ts';

const { invitations } = api;

/** Polls the people who have accepted an invitation. */
export function usePeople() {
  return useQuery({
    queryKey: queryKeys.people,
    queryFn: async ({ signal }) => (await bodyOf(api.people.$get({}, endedBy(signal)))).data,
    refetchInterval: POLL_DETAILS_MS,
  });
}

/** Polls the invitations. */
export function useInvitations() {
  return useQuery({
    queryKey: queryKeys.invitations,
    queryFn: async ({ signal }) => (await bodyOf(invitations.$get({}, endedBy(signal)))).data,
    refetchInterval: POLL_DETAILS_MS,
  });
}

/** Reads the users of the user pool and the clients of scripts. On AWS only. */
export function useUserPool() {
  return useQuery({
    queryKey: queryKeys.userPool,
    queryFn: ({ signal }) => bodyOf(api['user-pool'].$get({}, endedBy(signal))),
  });
}

const refresh = (): Promise<unknown> =>
  Promise.all([queryKeys.people, queryKeys.invitations].map((queryKey) => queryClient.invalidateQueries({ queryKey })));

/** Invites a person. The answer is the only one with the link, and is not cached. */
export function useInvite() {
  return useMutation({
    gcTime: 0,
    mutationFn: (json: CreateInvitation) => bodyOf(invitations.$post({ json })),
    onSettled: refresh,
  });
}

/** Revokes an invitation that was not used. */
export function useRevokeInvitation() {
  return useMutation({
    mutationFn: (invitationId: string) => invitations[':invitationId'].$delete({ param: { invitationId } }),
    onSettled: refresh,
  });
}

/** Ends the access of a person, in all their browsers. */
export function useEndAccess() {
  return useMutation({
    mutationFn: (tokenId: string) => api['access-tokens'][':tokenId'].$delete({ param: { tokenId } }),
    onSettled: refresh,
  });
}

const HASH = 'invitation';

const invitationInAddress = (): string | null => new URLSearchParams(window.location.hash.slice(1)).get(HASH);

/** Returns the secret of an invitation link (`/#invitation=…`) and removes it from the address bar and the history. */
export function takeInvitationFromAddress(): string | null {
  const secret = invitationInAddress();
  if (secret !== null) window.history.replaceState(null, '', window.location.pathname + window.location.search);
  return secret;
}

/** Reloads an open page for an invitation link, which changes only the part after the #. */
export function reloadForInvitation(): void {
  window.addEventListener('hashchange', () => {
    if (invitationInAddress() !== null) window.location.reload();
  });
}

/** Returns the link of a new invitation at the address under which this page is open. */
export function linkHere({ link }: NewInvitation): string {
  return `${window.location.origin}/${new URL(link).hash}`;
}

/** Reads what an invitation link invites to. */
export function useInvitationPreview(invitation: string) {
  return useQuery({
    queryKey: queryKeys.invitationPreview,
    queryFn: () => bodyOf(invitations.preview.$post({ json: { invitation } })),
    refetchOnWindowFocus: false,
  });
}

/** Accepts an invitation in this browser. */
export function useRedeem(invitation: string) {
  return useMutation({
    mutationFn: async () => {
      await invitations.redeem.$post({ json: { invitation } });
      return bodyOf(api.session.$get());
    },
  });
}
