import { useEffect, useRef } from 'react';
import { showProblem } from '../app/problem-toast.tsx';

/**
 * Reports a failure in a toast if its dialog was closed during the request; an open dialog shows the failure itself.
 * @returns a handler for the error of the request
 */
export function useToastAfterClose(action: string): (error: unknown) => void {
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
