import type { NotificationData } from '@mantine/notifications';
import { IconAlertTriangle, IconCheck } from '@tabler/icons-react';
import { problemOf } from '../api/request.ts';
import { ProblemText } from './ProblemText.tsx';
import { sentence } from '../ui/format.ts';

let wanted = false;
const listeners = new Set<() => void>();

/** True once there has been a toast: before that, nothing of the library is needed. */
export const isToastWanted = (): boolean => wanted;

/** Tells when the first toast comes. @returns unsubscribes */
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
    // The place for toasts is missing with the library, and says so itself.
  }
}

/** Shows a failed action: what happened, what to do, and the request id to quote. Stays until it is closed. */
export function showProblem(error: unknown, action: string): void {
  const problem = problemOf(error);
  void show({
    // The same failure again replaces its toast instead of piling up.
    id: `problem-${action}-${problem?.code ?? 'unknown'}`,
    title: `${action}: ${problem?.title.toLowerCase() ?? 'failed'}`,
    message: problem ? <ProblemText problem={problem} /> : sentence(String(error)),
    icon: <IconAlertTriangle size={18} />,
    color: 'red',
    autoClose: false,
    role: 'alert',
  });
}

/** Says that something was done, for a few seconds. */
export function showDone(message: string): void {
  void show({ message, icon: <IconCheck size={18} />, color: 'tide', autoClose: 3500 });
}
