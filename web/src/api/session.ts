import { useMutation, useQuery } from '@tanstack/react-query';
import type { SessionResource } from '../../../functions/api/schemas/session.ts';
import { api, bodyOf, endedBy } from './client.ts';
import { queryClient, queryKeys } from './query-client.ts';
import { problemOf } from './request.ts';

/** Returns the token of a sign-in link (`/#token=…`) and removes it from the address bar, history and screenshots. */
export function takeTokenFromAddress(): string | null {
  const token = tokenInAddress();
  if (token !== null) window.history.replaceState(null, '', window.location.pathname + window.location.search);
  return token;
}

const tokenInAddress = (): string | null => new URLSearchParams(window.location.hash.slice(1)).get('token');

/** Reloads an open page for a sign-in link, which changes only the part after the #. */
export function reloadForStartLink(): void {
  window.addEventListener('hashchange', () => {
    if (tokenInAddress() !== null) window.location.reload();
  });
}

/** Exchanges a token for the session cookie. */
export async function signIn(token: string): Promise<SessionResource> {
  await api.session.$post({ json: { token } });
  return bodyOf(api.session.$get());
}

/** Reads the session; null when signed out. */
export function useSession() {
  return useQuery<SessionResource | null>({
    queryKey: queryKeys.session,
    staleTime: Number.POSITIVE_INFINITY,
    // The page keeps polling while the control plane restarts.
    refetchInterval: (query) => (query.state.status === 'error' ? 3000 : false),
    queryFn: async ({ signal }) => {
      try {
        return await bodyOf(api.session.$get({}, endedBy(signal)));
      } catch (error) {
        if (problemOf(error)?.status === 401) return null;
        throw error;
      }
    },
  });
}

/** Returns why the user's role is too weak; undefined when it is sufficient. */
export function useRoleRefusal(needed: 'operator' | 'admin'): string | undefined {
  const role = useSession().data?.role;
  const isEnough = role === 'admin' || role === needed;
  return isEnough
    ? undefined
    : `Requires the role ${needed}; you are ${role === 'viewer' ? 'a viewer' : 'an operator'}`;
}

/** Returns true for users who may see the encoder's passphrase, which the API has on one machine only. */
export function useSeesPassphrase(): boolean {
  const isRefused = useRoleRefusal('operator') !== undefined;
  return useSession().data?.embedded === true && !isRefused;
}

/** Signs out and clears the cache. With a user pool, the browser goes there to end its session too. */
export function useSignOut() {
  return useMutation({
    mutationFn: async () => {
      const answer = await api.session.$delete();
      return answer.status === 200 ? answer.json() : null;
    },
    onSuccess: (ended) => {
      if (ended) return window.location.assign(ended.continueAt);
      queryClient.removeQueries({ predicate: (query) => query.queryKey[0] !== queryKeys.session[0] });
      queryClient.setQueryData(queryKeys.session, null);
    },
  });
}
