import { lazy, useSyncExternalStore } from 'react';
import { isToastWanted, onToastWanted } from '../app/problem-toast.tsx';
import { LazyPart } from '../ui/LazyPart.tsx';

const Notifications = lazy(async () => ({ default: (await import('@mantine/notifications')).Notifications }));

/** Container of toasts; renders nothing before the first one. */
export function Toasts() {
  const wanted = useSyncExternalStore(onToastWanted, isToastWanted);
  return (
    <LazyPart>
      {/* Below drawers and dialogs (200), so that a toast never covers the buttons of a form. */}
      {wanted && <Notifications position="bottom-left" limit={4} zIndex={150} />}
    </LazyPart>
  );
}
