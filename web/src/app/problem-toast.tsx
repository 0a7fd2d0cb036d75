import type { NotificationData } from '@mantine/notifications';
import { IconAlertTriangle, IconCheck } from '@tabler/icons-react';
import { problemOf } from '../api/request.ts';
import { ProblemText } from './ProblemText.tsx';
import { sentence } from '../ui/format.ts';

let wanted = false;
const listeners = new Set<() => void>();

/** Returns true after the first toast; until then the library is not loaded. */
export const isToastWanted = (): boolean => wanted;

/** Subscribes to the first toast. @returns a function that unsubscribes */
export function onToastWanted(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

async function show(toast: NotificationData): Promise<void> {
  wanted = true;
  for (const listener of listeners) listener();
  try {
    const { notifications } = await import('@mantine/notifications');
    notifications.show(toast);
  } catch {
    // The library failed to load; the container of toasts reports that itself.
  }
}

/** Shows a failed action: what happened, what to do, and the request id. Stays until closed. */
export function showProblem(error: unknown, action: string): void {
  const problem = problemOf(error);
  void show({
    // A repeated failure replaces its toast.
    id: `problem-${action}-${problem?.code ?? 'unknown'}`,
    title: `${action}: ${problem?.title.toLowerCase() ?? 'failed'}`,
    message: problem ? <ProblemText problem={problem} /> : sentence(String(error)),
    icon: <IconAlertTriangle size={18} />,
    color: 'red',
    autoClose: false,
    role: 'alert',
  });
}

/** Confirms an action for a few seconds. */
export function showDone(message: string): void {
  void show({ message, icon: <IconCheck size={18} />, color: 'tide', autoClose: 3500 });
}
