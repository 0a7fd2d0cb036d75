import { Drawer, Loader } from '@mantine/core';
import { useSearch } from 'wouter';
import { knownDestinations, useDestinationForEdit, useDestinations } from '../api/destinations.ts';
import { usePresets } from '../api/flow.ts';
import { problemOf } from '../api/request.ts';
import { readDraft } from './drafts.ts';
import { showDone } from '../app/problem-toast.tsx';
import { useFocusReturn } from '../ui/use-focus-return.ts';
import { ProblemPanel } from '../app/ProblemText.tsx';
import { DestinationForm } from './DestinationForm.tsx';

interface DestinationDrawerProps {
  /** Null: a new destination. */
  destinationId: string | null;
  onClose: () => void;
}

/** The panel for adding and editing; the page stays visible beside it. */
export function DestinationDrawer({ destinationId, onClose }: DestinationDrawerProps) {
  useFocusReturn();
  const presets = usePresets();
  const destination = useDestinationForEdit(destinationId);
  const copiedId = new URLSearchParams(useSearch()).get('from');
  const isListKnown = useDestinations().isFetched;
  const copyOf =
    (destinationId === null && knownDestinations().find((each) => each.destinationId === copiedId)) || null;
  const problem = problemOf(presets.error ?? destination.error);
  const ready = presets.data && (destinationId === null ? !copiedId || isListKnown : destination.data);
  const draft = destinationId ?? (copyOf ? `copy-${copyOf.destinationId}` : 'new');
  const leave = (): void => {
    if (readDraft(draft)) showDone('Your changes are kept until you save or discard them');
    onClose();
  };
  const title = destinationId ? 'Edit destination' : copyOf ? `Duplicate ${copyOf.name}` : 'Add a destination';
  return (
    <Drawer opened onClose={leave} size="lg" title={title}>
      {ready && presets.data ? (
        <DestinationForm
          presets={presets.data}
          destination={destination.data?.body ?? null}
          etag={destination.data?.etag ?? null}
          copyOf={copyOf}
          draft={draft}
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
