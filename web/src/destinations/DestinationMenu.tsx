import { lazy, useState } from 'react';
import type { DestinationResource } from '../../../functions/api/schemas/destinations.ts';
import { MenuTrigger } from './MenuTrigger.tsx';
import { LazyPart } from '../ui/LazyPart.tsx';

const DestinationActionsMenu = lazy(async () => ({
  default: (await import('./DestinationActionsMenu.tsx')).DestinationActionsMenu,
}));

/** The menu of a destination; renders only the button until its first use. */
export function DestinationMenu({ destination }: { destination: DestinationResource }) {
  const [wanted, setWanted] = useState(false);
  const trigger = <MenuTrigger name={destination.name} onClick={() => setWanted(true)} />;
  if (!wanted) return trigger;
  return (
    <LazyPart fallback={trigger}>
      <DestinationActionsMenu destination={destination} />
    </LazyPart>
  );
}
