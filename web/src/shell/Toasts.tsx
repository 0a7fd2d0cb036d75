import { lazy, Suspense, useSyncExternalStore } from 'react';
import { PageErrorBoundary } from './PageErrorBoundary.tsx';
import { PartFailed } from './PartFailed.tsx';
import { isToastWanted, onToastWanted } from '../app/problem-toast.tsx';

const Notifications = lazy(async () => ({ default: (await import('@mantine/notifications')).Notifications }));

/** Container of toasts; renders nothing before the first one. */
export function Toasts() {
  const wanted = useSyncExternalStore(onToastWanted, isToastWanted);
  return (
    <PageErrorBoundary instead={<PartFailed />}>
      <Suspense>
        {/* Below drawers and dialogs (200), so that a toast never covers the buttons of a form. */}
        {wanted && <Notifications position="bottom-left" limit={4} zIndex={150} />}
      </Suspense>
    </PageErrorBoundary>
  );
}
