import { useLocalStorage } from '@mantine/hooks';

/**
 * The setting for single-key shortcuts. Users can turn them off, because speech input presses keys too (WCAG 2.1.4).
 */
export function useShortcutsEnabled() {
  return useLocalStorage({ key: 'sluice-shortcuts', defaultValue: true, getInitialValueInEffect: false });
}
