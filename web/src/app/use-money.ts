import { useLocalStorage } from '@mantine/hooks';
import { createContext, use } from 'react';

/** True where amounts are shown. */
export const MoneyShown = createContext(false);

/** Whether amounts are shown here. */
export function useMoneyShown(): boolean {
  return use(MoneyShown);
}

/**
 * The choice, kept in this browser. Until it is made, amounts are shown where they are billed: on one machine each would
 * be an estimate of a bill that never comes.
 */
export function useMoneyChoice(isEmbedded: boolean) {
  const [chosen, choose] = useLocalStorage<boolean | null>({
    key: 'sluice-costs',
    defaultValue: null,
    getInitialValueInEffect: false,
  });
  return [chosen ?? !isEmbedded, choose] as const;
}
