import { Drawer, Loader } from '@mantine/core';
import { useLocation } from 'wouter';
import { useDestinationForEdit } from '../api/destinations.ts';
import { usePresets } from '../api/flow.ts';
import { ApiProblem } from '../api/request.ts';
import { paths } from '../app/paths.ts';
import { ProblemPanel } from '../components/ProblemText.tsx';
import { DestinationForm } from './DestinationForm.tsx';

/** The panel for adding and editing; the show stays visible beside it. */
export function DestinationDrawer({ destinationId }: { destinationId: string | null }) {
  const [, navigate] = useLocation();
  const close = (): void => navigate(paths.show);
  const presets = usePresets();
  const destination = useDestinationForEdit(destinationId);
  const error = presets.error ?? destination.error;
  const ready = presets.data && (destinationId === null || destination.data);
  return (
    <Drawer opened onClose={close} size="lg" title={destinationId ? 'Edit destination' : 'Add a destination'}>
      {ready && presets.data ? (
        <DestinationForm
          presets={presets.data}
          destination={destination.data?.body ?? null}
          etag={destination.data?.etag ?? null}
          onClose={close}
        />
      ) : error instanceof ApiProblem ? (
        <ProblemPanel problem={error.problem} />
      ) : (
        <Loader aria-label="Loading" />
      )}
    </Drawer>
  );
}
