import { useEffect, useRef } from 'react';
import { showProblem } from '../app/problem-toast.tsx';

/**
 * For a dialog that was left while its request was under way: an open one shows a failure itself, one that is gone
 * leaves it to a toast.
 * @returns takes the failure of the request
 */
export function useFailureAfterwards(action: string): (error: unknown) => void {
  const isOpen = useRef(false);
  useEffect(() => {
    isOpen.current = true;
    return () => {
      isOpen.current = false;
    };
  }, []);
  return (error) => {
    if (!isOpen.current) showProblem(error, action);
  };
}
