import { useEffect } from 'react';
import { useDestinations } from '../api/destinations.ts';
import { closeDialog, useOpenDialog } from '../app/destination-dialog-state.ts';
import { DeleteDialog, ReplaceKeyDialog, TransportDialog } from './dialogs.ts';
import { LazyPart } from '../ui/LazyPart.tsx';

/** The open dialog about a destination, if any; it closes with its page. */
export function DestinationDialog() {
  return <LazyPart>{useContent()}</LazyPart>;
}

function useContent() {
  const asked = useOpenDialog();
  const newest = useDestinations().data;
  useEffect(() => closeDialog, []);
  if (!asked) return null;
  const { kind, destination: known } = asked;
  const destination = newest?.find(({ destinationId }) => destinationId === known.destinationId) ?? known;
  switch (kind) {
    case 'replaceKey':
      return <ReplaceKeyDialog destination={destination} onClose={closeDialog} />;
    case 'delete':
    case 'forceDelete':
      return <DeleteDialog destination={destination} force={kind === 'forceDelete'} onClose={closeDialog} />;
    default:
      return <TransportDialog destination={destination} question={kind} onClose={closeDialog} />;
  }
}
