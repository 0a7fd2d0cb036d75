import { useQuery } from '@tanstack/react-query';
import { snapshotQuery } from './snapshot.ts';

/** Polls the health of the control plane while the page is visible. */
export function useServiceHealth() {
  return useQuery(snapshotQuery('service'));
}
