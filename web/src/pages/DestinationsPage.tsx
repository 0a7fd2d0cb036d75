import { Button, Loader } from '@mantine/core';
import { IconPlayerPlayFilled, IconPlayerStopFilled } from '@tabler/icons-react';
import { lazy, Suspense, useState } from 'react';
import type { DestinationResource } from '../../../functions/api/schemas.ts';
import { usePresets } from '../api/flow.ts';
import { useRoleRefusal } from '../api/session.ts';
import { paths } from '../app/paths.ts';
import { useFilter } from '../app/use-filter.ts';
import { usePageTitle } from '../app/use-page-title.ts';
import { useShow } from '../app/use-show.ts';
import { AddDestinationButton } from '../components/AddDestinationButton.tsx';
import { DestinationFilters, NO_FILTER } from '../components/DestinationFilters.tsx';
import { DestinationTable } from '../components/DestinationTable.tsx';
import { type BulkAction, countDestinations, destinationsFor } from '../presentation/bulk-action.ts';
import { filterDestinations } from '../presentation/destination-filter.ts';
import { cutIntoSections, toGrouping } from '../presentation/destination-groups.ts';
import { sortDestinations, toSortOrder } from '../presentation/destination-order.ts';
import { sentence } from '../presentation/format.ts';
import page from './page.module.css';
import classes from './DestinationsPage.module.css';

const BulkDialog = lazy(async () => ({ default: (await import('../editor/BulkDialog.tsx')).BulkDialog }));

/** Every destination in a table: to find some among many, and to start or stop several at once. */
export function DestinationsPage({ search }: { search: string }) {
  usePageTitle('Destinations');
  const { destinations, destinationsStale } = useShow();
  const presets = usePresets().data;
  const [filter, change] = useFilter(paths.destinations, search, NO_FILTER);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  if (!destinations) return <Loader />;

  const pushes = destinations.filter((destination) => !destination.primary);
  const platformName = (id: string): string =>
    presets?.platforms.find(({ platformId }) => platformId === id)?.name ?? id;
  const order = toSortOrder(filter.sort);
  const shown = sortDestinations(filterDestinations(pushes, filter), order, platformName);
  const grouping = toGrouping(filter.by);
  // What is hidden by a filter is not acted upon, even if it was chosen before.
  const chosen = shown.filter(({ destinationId }) => selected.has(destinationId));
  return (
    <section className={page.page}>
      <div className={page.heading}>
        <h1>Destinations</h1>
        <AddDestinationButton />
      </div>
      <DestinationFilters destinations={pushes} platformName={platformName} filter={filter} onChange={change} />
      <Selection chosen={chosen} shown={shown.length} onClear={() => setSelected(new Set())} />
      {shown.length > 0 ? (
        <DestinationTable
          sections={cutIntoSections(shown, grouping, platformName)}
          presets={presets}
          stale={destinationsStale}
          showGroup={grouping !== 'group'}
          order={order}
          onSort={(sort) => change({ sort })}
          selected={selected}
          onSelect={setSelected}
        />
      ) : (
        <p className={page.empty}>
          {pushes.length === 0 ? 'There is no destination yet.' : 'No destination matches. '}
          {pushes.length > 0 && (
            <Button
              size="compact-sm"
              variant="subtle"
              onClick={() => change({ ...NO_FILTER, by: filter.by, sort: filter.sort })}
            >
              Show all
            </Button>
          )}
        </p>
      )}
    </section>
  );
}

const BULK = [
  { action: 'start', Icon: IconPlayerPlayFilled },
  { action: 'stop', Icon: IconPlayerStopFilled },
] as const;

interface SelectionProps {
  chosen: readonly DestinationResource[];
  shown: number;
  onClear: () => void;
}

/** What can be done with the chosen ones; there all the time, so that the table does not jump with the first choice. */
function Selection({ chosen, shown, onClear }: SelectionProps) {
  const [asked, setAsked] = useState<BulkAction | null>(null);
  const refusal = useRoleRefusal('operator');
  return (
    <div className={classes.selection}>
      <span role="status">
        {chosen.length > 0 ? `${sentence(countDestinations(chosen.length))} chosen` : `${shown} shown`}
      </span>
      {chosen.length > 0 && (
        <Button size="compact-sm" variant="subtle" onClick={onClear}>
          Clear
        </Button>
      )}
      {BULK.map(({ action, Icon }) => {
        const count = destinationsFor(action, chosen).length;
        const reason = count === 0 ? (refusal ?? `Choose what can ${action} first`) : undefined;
        return (
          <Button
            key={action}
            size="compact-sm"
            variant="default"
            leftSection={<Icon size={12} />}
            data-disabled={count === 0 || undefined}
            aria-disabled={count === 0 || undefined}
            aria-description={reason}
            data-hint={reason}
            onClick={() => count > 0 && setAsked(action)}
          >
            {sentence(action)} {count > 0 ? count : 'chosen'}
          </Button>
        );
      })}
      <Suspense>{asked && <BulkDialog action={asked} destinations={chosen} onClose={() => setAsked(null)} />}</Suspense>
    </div>
  );
}
