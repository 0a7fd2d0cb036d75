import { useMutation, useQuery } from '@tanstack/react-query';
import type { EndedSession, SessionResource } from '../../../functions/api/schemas/answers.ts';
import type { CreateSession } from '../../../functions/api/schemas/requests.ts';
import { queryClient, queryKeys } from './query-client.ts';
import { problemOf, request } from './request.ts';

const SESSION = '/api/session';

/** The token of a start link (`/#token=…`), taken out of the address bar so that it lands in no history or screenshot. */
export function takeTokenFromAddress(): string | null {
  const token = tokenInAddress();
  if (token !== null) window.history.replaceState(null, '', window.location.pathname + window.location.search);
  return token;
}

const tokenInAddress = (): string | null => new URLSearchParams(window.location.hash.slice(1)).get('token');

/** A start link opened where the page is open already only changes what stands behind the #: then the page begins anew. */
export function reloadForStartLink(): void {
  window.addEventListener('hashchange', () => {
    if (tokenInAddress() !== null) window.location.reload();
  });
}

/** Exchanges a token for the session cookie. */
export async function signIn(token: string): Promise<SessionResource> {
  await request<SessionResource, CreateSession>(SESSION, { method: 'POST', body: { token } });
  return (await request<SessionResource>(SESSION)).body;
}

/** Who is signed in; null when nobody is. */
export function useSession() {
  return useQuery<SessionResource | null>({
    queryKey: queryKeys.session,
    staleTime: Number.POSITIVE_INFINITY,
    // While the control plane is being restarted the page keeps asking instead of giving up.
    refetchInterval: (query) => (query.state.status === 'error' ? 3000 : false),
    queryFn: async ({ signal }) => {
      try {
        return (await request<SessionResource>(SESSION, { signal })).body;
      } catch (error) {
        if (problemOf(error)?.status === 401) return null;
        throw error;
      }
    },
  });
}

/** What the role of who is signed in is too weak for, as a reason; undefined when it is not. */
export function useRoleRefusal(needed: 'operator' | 'admin'): string | undefined {
  const role = useSession().data?.role;
  const isEnough = role === 'admin' || role === needed;
  return isEnough
    ? undefined
    : `Requires the role ${needed}; you are ${role === 'viewer' ? 'a viewer' : 'an operator'}`;
}

/** True for who may see the passphrase of the encoder, which the API has on one machine only. */
export function useSeesPassphrase(): boolean {
  const isRefused = useRoleRefusal('operator') !== undefined;
  return useSession().data?.embedded === true && !isRefused;
}

/** Signs out and forgets everything the page knew. Where a user pool keeps a session too, the browser goes there to end it. */
export function useSignOut() {
  return useMutation({
    mutationFn: async () => (await request<EndedSession | null>(SESSION, { method: 'DELETE' })).body,
    onSuccess: (ended) => {
      if (ended) return window.location.assign(ended.continueAt);
      queryClient.removeQueries({ predicate: (query) => query.queryKey[0] !== queryKeys.session[0] });
      queryClient.setQueryData(queryKeys.session, null);
    },
  });
}
