import { Drawer, Loader } from '@mantine/core';
import { useDestinationForEdit } from '../api/destinations.ts';
import { usePresets } from '../api/flow.ts';
import { problemOf } from '../api/request.ts';
import { useFocusReturn } from '../app/use-focus-return.ts';
import { ProblemPanel } from '../components/ProblemText.tsx';
import { DestinationForm } from './DestinationForm.tsx';

interface DestinationDrawerProps {
  /** Null: a new one. */
  destinationId: string | null;
  onClose: () => void;
}

/** The panel for adding and editing; the page stays visible beside it. */
export function DestinationDrawer({ destinationId, onClose }: DestinationDrawerProps) {
  useFocusReturn();
  const presets = usePresets();
  const destination = useDestinationForEdit(destinationId);
  const problem = problemOf(presets.error ?? destination.error);
  const ready = presets.data && (destinationId === null || destination.data);
  return (
    <Drawer opened onClose={onClose} size="lg" title={destinationId ? 'Edit destination' : 'Add a destination'}>
      {ready && presets.data ? (
        <DestinationForm
          presets={presets.data}
          destination={destination.data?.body ?? null}
          etag={destination.data?.etag ?? null}
          onClose={onClose}
        />
      ) : problem ? (
        <ProblemPanel problem={problem} />
      ) : (
        <Loader />
      )}
    </Drawer>
  );
}
