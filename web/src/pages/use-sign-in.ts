import { useMutation } from '@tanstack/react-query';
import { useEffect } from 'react';
import { queryClient, queryKeys } from '../api/query-client.ts';
import { signIn } from '../api/session.ts';

/** Signs in with a typed token. */
export function useSignIn() {
  return useMutation({
    mutationFn: signIn,
    onSuccess: (session) => queryClient.setQueryData(queryKeys.session, session),
  });
}

/** Checks the session again when the page becomes visible, because a sign-in in another tab sets the shared cookie. */
export function useSignInElsewhere(): void {
  useEffect(() => {
    const look = (): void => {
      if (document.visibilityState === 'visible') void queryClient.invalidateQueries({ queryKey: queryKeys.session });
    };
    window.addEventListener('focus', look);
    document.addEventListener('visibilitychange', look);
    return () => {
      window.removeEventListener('focus', look);
      document.removeEventListener('visibilitychange', look);
    };
  }, []);
}

const REFUSALS: Record<string, string> = {
  denied: 'Sign-in was cancelled.',
  expired: 'Sign-in took too long, or began in another window. Try again.',
  failed: 'Sign-in failed. Try again; if it fails again, ask your administrator.',
  unavailable: 'The sign-in service does not answer. Try again in a moment.',
};

/** Returns why the last sign-in failed, from the query of its redirect, or null. */
export function signInRefusal(search: string): string | null {
  const refusal = new URLSearchParams(search).get('signIn') ?? '';
  return Object.hasOwn(REFUSALS, refusal) ? REFUSALS[refusal]! : null;
}
