import { useMutation, useQuery } from '@tanstack/react-query';
import type {
  AccessTokenList,
  CreateAccessToken,
  NewAccessToken,
} from '../../../functions/api/schemas/access-tokens.ts';
import { POLL_DETAILS_MS } from './freshness.ts';
import { queryClient, queryKeys } from './query-client.ts';
import { request } from './request.ts';

const PATH = '/api/access-tokens';
const { accessTokens: queryKey } = queryKeys;

/** Polls the access tokens, without their secrets. */
export function useAccessTokens() {
  return useQuery({
    queryKey,
    queryFn: async ({ signal }) => (await request<AccessTokenList>(PATH, { signal })).body.data,
    refetchInterval: POLL_DETAILS_MS,
  });
}

const refresh = (): Promise<unknown> => queryClient.invalidateQueries({ queryKey });

/** Creates an access token. The answer is the only one with the secret, and is not cached. */
export function useCreateAccessToken() {
  return useMutation({
    gcTime: 0,
    mutationFn: async (body: CreateAccessToken) =>
      (await request<NewAccessToken, CreateAccessToken>(PATH, { method: 'POST', body })).body,
    onSettled: refresh,
  });
}

/** Revokes an access token at once. */
export function useRevokeAccessToken() {
  return useMutation({
    mutationFn: (tokenId: string) => request(`${PATH}/${tokenId}`, { method: 'DELETE' }),
    onSettled: refresh,
  });
}
