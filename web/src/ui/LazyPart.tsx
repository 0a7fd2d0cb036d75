import { Suspense, type ReactNode } from 'react';
import { ErrorBoundary } from './ErrorBoundary.tsx';
import { PartFailed } from './PartFailed.tsx';

interface LazyPartProps {
  children: ReactNode;
  /** Shown while the code is loaded; by default nothing. */
  fallback?: ReactNode;
}

/** A part of the page whose code is loaded when it is needed. When that fails, the rest of the page stays. */
export function LazyPart({ children, fallback }: LazyPartProps) {
  return (
    <ErrorBoundary instead={<PartFailed />}>
      <Suspense fallback={fallback}>{children}</Suspense>
    </ErrorBoundary>
  );
}
