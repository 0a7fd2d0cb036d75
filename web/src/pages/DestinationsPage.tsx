import { Button, Loader } from '@mantine/core';
import { useState } from 'react';
import type { DestinationResource } from '../../../functions/api/schemas/destinations.ts';
import { usePresets } from '../api/flow.ts';
import { pageFilter } from '../app/page-filter.ts';
import { usePageTitle } from '../ui/use-page-title.ts';
import { useShow } from '../app/use-show.ts';
import { AddDestinationButton } from '../destinations/AddDestinationButton.tsx';
import { BulkButtons } from '../editor/BulkButtons.tsx';
import { DestinationFilters, NO_FILTER } from '../destinations/DestinationFilters.tsx';
import { DestinationTable } from '../destinations/DestinationTable.tsx';
import { filterDestinations } from '../destinations/destination-filter.ts';
import { cutIntoSections, toGrouping } from '../destinations/destination-groups.ts';
import { sortDestinations, toSortOrder } from '../destinations/destination-order.ts';
import { platformName } from '../destinations/preset-names.ts';
import page from '../ui/page.module.css';
import classes from './DestinationsPage.module.css';

/** All destinations in a table, with filters and bulk actions. */
export function DestinationsPage({ search, onSearch }: { search: string; onSearch: (search: string) => void }) {
  usePageTitle('Destinations');
  const { destinations, destinationsStale } = useShow();
  const presets = usePresets().data;
  const [filter, change] = pageFilter(search, onSearch, NO_FILTER);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  if (!destinations) return <Loader />;

  const pushes = destinations.filter((destination) => !destination.primary);
  const nameOfPlatform = (id: string): string => platformName(presets, id);
  const order = toSortOrder(filter.sort);
  const shown = sortDestinations(filterDestinations(pushes, filter, nameOfPlatform), order, nameOfPlatform);
  const grouping = toGrouping(filter.by);
  // Actions never include selected destinations that a filter hides.
  const chosen = shown.filter(({ destinationId }) => selected.has(destinationId));
  return (
    <section className={page.page}>
      <div className={page.heading}>
        <h1>Destinations</h1>
        <AddDestinationButton />
      </div>
      <DestinationFilters destinations={pushes} platformName={nameOfPlatform} filter={filter} onChange={change} />
      <Selection chosen={chosen} shown={shown.length} onClear={() => setSelected(new Set())} />
      {shown.length > 0 ? (
        <DestinationTable
          sections={cutIntoSections(shown, grouping, nameOfPlatform)}
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
          {pushes.length === 0 ? 'No destinations yet.' : 'No destination matches. '}
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

interface SelectionProps {
  chosen: readonly DestinationResource[];
  shown: number;
  onClear: () => void;
}

/** Actions for the selection; always visible, so that the table does not move with the first selection. */
function Selection({ chosen, shown, onClear }: SelectionProps) {
  return (
    <div className={classes.selection}>
      <span role="status">{chosen.length > 0 ? `${chosen.length} selected` : `${shown} shown`}</span>
      {chosen.length > 0 && (
        <Button size="compact-sm" variant="subtle" onClick={onClear}>
          Clear
        </Button>
      )}
      <BulkButtons destinations={chosen} of="selected" />
    </div>
  );
}
