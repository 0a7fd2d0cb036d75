import { useMutation, useQuery } from '@tanstack/react-query';
import type { SessionResource } from '../../../functions/api/schemas.ts';
import { queryClient, queryKeys } from './query-client.ts';
import { ApiProblem, request } from './request.ts';

const SESSION = '/api/session';

/** The token of a start link (`/#token=…`), taken out of the address bar so that it lands in no history or screenshot. */
export function takeTokenFromAddress(): string | null {
  const token = new URLSearchParams(window.location.hash.slice(1)).get('token');
  if (token !== null) window.history.replaceState(null, '', window.location.pathname + window.location.search);
  return token;
}

/** Exchanges a token for the session cookie. */
export async function signIn(token: string): Promise<SessionResource> {
  await request(SESSION, { method: 'POST', body: { token } });
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
        if (error instanceof ApiProblem && error.problem.status === 401) return null;
        throw error;
      }
    },
  });
}

/** Signs in with a typed token. */
export function useSignIn() {
  return useMutation({
    mutationFn: signIn,
    onSuccess: (session) => queryClient.setQueryData(queryKeys.session, session),
  });
}

/** Signs out and forgets everything the page knew. */
export function useSignOut() {
  return useMutation({
    mutationFn: async () => {
      await request(SESSION, { method: 'DELETE' });
    },
    onSuccess: () => {
      queryClient.removeQueries({ predicate: (query) => query.queryKey[0] !== queryKeys.session[0] });
      queryClient.setQueryData(queryKeys.session, null);
    },
  });
}
