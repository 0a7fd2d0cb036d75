import { useLocalStorage } from '@mantine/hooks';

/** Whether single keys act; a person may switch it off, because speech input presses keys, too (WCAG 2.1.4). */
export function useShortcutsEnabled() {
  return useLocalStorage({ key: 'sluice-shortcuts', defaultValue: true, getInitialValueInEffect: false });
}
