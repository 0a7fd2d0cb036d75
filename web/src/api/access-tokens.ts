import { useMutation, useQuery } from '@tanstack/react-query';
import type { CreateAccessToken } from '../../../functions/api/schemas/access-tokens.ts';
import { api, bodyOf, endedBy } from './client.ts';
import { POLL_DETAILS_MS } from './freshness.ts';
import { queryClient, queryKeys } from './query-client.ts';

const tokens = api['access-tokens'];
const { accessTokens: queryKey } = queryKeys;

/** Polls the access tokens, without their secrets. */
export function useAccessTokens() {
  return useQuery({
    queryKey,
    queryFn: async ({ signal }) => (await bodyOf(tokens.$get({}, endedBy(signal)))).data,
    refetchInterval: POLL_DETAILS_MS,
  });
}

const refresh = (): Promise<unknown> => queryClient.invalidateQueries({ queryKey });

/** Creates an access token. The answer is the only one with the secret, and is not cached. */
export function useCreateAccessToken() {
  return useMutation({
    gcTime: 0,
    mutationFn: (json: CreateAccessToken) => bodyOf(tokens.$post({ json })),
    onSettled: refresh,
  });
}

/** Revokes an access token at once. */
export function useRevokeAccessToken() {
  return useMutation({
    mutationFn: (tokenId: string) => tokens[':tokenId'].$delete({ param: { tokenId } }),
    onSettled: refresh,
  });
}
