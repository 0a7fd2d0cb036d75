import { useLocalStorage } from '@mantine/hooks';
import { createContext, use } from 'react';

/** True when amounts are shown. */
export const MoneyShown = createContext(false);

/** Returns true when amounts are shown. */
export function useMoneyShown(): boolean {
  return use(MoneyShown);
}

/**
 * The setting, stored in this browser. By default, amounts are shown only where they are billed; on one machine they
 * would estimate a bill that never comes.
 */
export function useMoneyChoice(isEmbedded: boolean) {
  const [chosen, choose] = useLocalStorage<boolean | null>({
    key: 'sluice-costs',
    defaultValue: null,
    getInitialValueInEffect: false,
  });
  return [chosen ?? !isEmbedded, choose] as const;
}
