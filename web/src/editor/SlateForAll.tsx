import { Button } from '@mantine/core';
import { IconPhoto } from '@tabler/icons-react';
import type { DestinationResource } from '../../../functions/api/schemas/destinations.ts';
import { useBulkTransport } from '../api/destinations.ts';
import { useRoleRefusal } from '../api/session.ts';
import { showProblem } from '../app/problem-toast.tsx';
import { canEndSlate, canShowSlate } from '../destinations/slate-text.ts';
import { ConfirmButton } from '../ui/ConfirmButton.tsx';
import { sentence } from '../ui/format.ts';

/** A break for everything on air: Show slate asks first, End slate acts at once. */
export function SlateForAll({ destinations }: { destinations: readonly DestinationResource[] }) {
  const show = useBulkTransport('show-slate');
  const end = useBulkTransport('end-slate');
  const refusal = useRoleRefusal('operator');
  const showable = destinations.filter(canShowSlate);
  const endable = destinations.filter(canEndSlate);

  const act = async (change: typeof show, of: readonly DestinationResource[], title: string): Promise<void> => {
    try {
      const { results } = await change.mutateAsync(of.map(({ destinationId }) => destinationId));
      const refused = results.filter(({ outcome }) => outcome === 'refused');
      if (refused.length === 0) return;
      const names = refused.map((each) => of.find(({ destinationId }) => destinationId === each.destinationId)?.name);
      showProblem(`${names.join(', ')}: ${sentence(refused[0]!.detail ?? 'refused')}`, title);
    } catch (error) {
      showProblem(error, title);
    }
  };
  const none = showable.length === 0 ? (refusal ?? 'Nothing on air to cover') : refusal;
  return (
    <span data-action="slate">
      <ConfirmButton
        label="Show slate"
        confirmLabel="Show slate"
        busyLabel="Requesting"
        ariaLabel="Show slate on all"
        explanation={none ?? 'Covers the picture of everything on air; the sound continues'}
        busy={show.isPending}
        disabled={none !== undefined}
        icon={<IconPhoto size={14} />}
        onConfirm={() => void act(show, showable, 'Show slate')}
      />
      {endable.length > 0 && (
        <Button
          size="sm"
          variant="default"
          data-tone="slate"
          aria-label="End slate on all"
          aria-disabled={refusal || end.isPending ? true : undefined}
          data-disabled={refusal ? true : undefined}
          data-hint={refusal}
          onClick={() => !refusal && !end.isPending && void act(end, endable, 'End slate')}
        >
          {end.isPending ? 'Ending…' : 'End slate'}
        </Button>
      )}
    </span>
  );
}
