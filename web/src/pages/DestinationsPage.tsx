import { Button, Loader, TextInput } from '@mantine/core';
import { IconPlayerPlayFilled, IconPlayerStopFilled, IconSearch } from '@tabler/icons-react';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { useHistoryState } from 'wouter/use-browser-location';
import type { DestinationResource, PresetsResource } from '../../../functions/api/schemas.ts';
import { usePresets } from '../api/flow.ts';
import { paths } from '../app/paths.ts';
import { useFilter } from '../app/use-filter.ts';
import { usePageTitle } from '../app/use-page-title.ts';
import { useShow } from '../app/use-show.ts';
import { AddDestinationButton } from '../components/AddDestinationButton.tsx';
import { DestinationTable } from '../components/DestinationTable.tsx';
import { type BulkAction, countDestinations, destinationsFor } from '../presentation/bulk-action.ts';
import {
  countGroups,
  filterDestinations,
  STATUS_GROUPS,
  type StatusGroup,
} from '../presentation/destination-filter.ts';
import { sentence } from '../presentation/format.ts';
import page from './page.module.css';
import classes from './DestinationsPage.module.css';

const BulkDialog = lazy(async () => ({ default: (await import('../editor/BulkDialog.tsx')).BulkDialog }));

const DEFAULTS = { q: '', status: '', platform: '' };

/** Every destination in a table: to find some among many, and to start or stop several at once. */
export function DestinationsPage({ search }: { search: string }) {
  usePageTitle('Destinations');
  const { destinations, destinationsStale } = useShow();
  const presets = usePresets().data;
  const [filter, change] = useFilter(paths.destinations, search, DEFAULTS);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  if (!destinations) return <Loader />;

  const pushes = destinations.filter((destination) => !destination.primary);
  const shown = filterDestinations(pushes, filter);
  // What is hidden by a filter is not acted upon, even if it was chosen before.
  const chosen = shown.filter(({ destinationId }) => selected.has(destinationId));
  return (
    <section className={page.page}>
      <div className={page.heading}>
        <h1>Destinations</h1>
        <AddDestinationButton />
      </div>
      <Filters destinations={pushes} presets={presets} filter={filter} onChange={change} />
      <Selection chosen={chosen} shown={shown.length} onClear={() => setSelected(new Set())} />
      {shown.length > 0 ? (
        <DestinationTable
          destinations={shown}
          presets={presets}
          stale={destinationsStale}
          selected={selected}
          onSelect={setSelected}
        />
      ) : (
        <p className={page.empty}>
          {pushes.length === 0 ? 'There is no destination yet.' : 'No destination matches. '}
          {pushes.length > 0 && (
            <Button size="compact-sm" variant="subtle" onClick={() => change(DEFAULTS)}>
              Show all
            </Button>
          )}
        </p>
      )}
    </section>
  );
}

interface FiltersProps {
  destinations: readonly DestinationResource[];
  presets: PresetsResource | undefined;
  filter: typeof DEFAULTS;
  onChange: (changes: Partial<typeof DEFAULTS>) => void;
}

function Filters({ destinations, presets, filter, onChange }: FiltersProps) {
  const field = useRef<HTMLInputElement>(null);
  const wanted = useHistoryState<{ search?: boolean } | null>()?.search === true;
  useEffect(() => {
    if (wanted) field.current?.focus();
  }, [wanted]);
  const counts = countGroups(destinations);
  const platforms = [...new Set(destinations.map(({ platform }) => platform))];
  const nameOf = (id: string): string => presets?.platforms.find(({ platformId }) => platformId === id)?.name ?? id;
  return (
    <div className={page.tools}>
      <TextInput
        ref={field}
        type="search"
        aria-label="Search destinations"
        placeholder="Search"
        data-search
        leftSection={<IconSearch size={16} />}
        value={filter.q}
        onChange={(event) => onChange({ q: event.currentTarget.value })}
      />
      <div className={classes.chips} role="group" aria-label="Filter by status">
        <Chip pressed={filter.status === ''} onPress={() => onChange({ status: '' })} count={destinations.length}>
          All
        </Chip>
        {(Object.keys(STATUS_GROUPS) as StatusGroup[]).map((group) => (
          <Chip
            key={group}
            tone={counts[group] > 0 ? STATUS_GROUPS[group].tone : 'off'}
            pressed={filter.status === group}
            onPress={() => onChange({ status: filter.status === group ? '' : group })}
            count={counts[group]}
          >
            {STATUS_GROUPS[group].label}
          </Chip>
        ))}
      </div>
      {(platforms.length > 1 || filter.platform) && (
        <select
          className={classes.select}
          aria-label="Platform"
          value={filter.platform}
          onChange={(event) => onChange({ platform: event.currentTarget.value })}
        >
          <option value="">All platforms</option>
          {platforms.map((id) => (
            <option key={id} value={id}>
              {nameOf(id)}
            </option>
          ))}
        </select>
      )}
    </div>
  );
}

interface ChipProps {
  pressed: boolean;
  tone?: string;
  count: number;
  onPress: () => void;
  children: string;
}

function Chip({ pressed, tone, count, onPress, children }: ChipProps) {
  return (
    <button type="button" className={classes.chip} data-tone={tone} aria-pressed={pressed} onClick={onPress}>
      {children} <b>{count}</b>
    </button>
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
        return (
          <Button
            key={action}
            size="compact-sm"
            variant="default"
            leftSection={<Icon size={12} />}
            data-disabled={count === 0 || undefined}
            aria-disabled={count === 0 || undefined}
            aria-description={count === 0 ? `Choose what can ${action} first` : undefined}
            data-hint={count === 0 ? `Choose what can ${action} first` : undefined}
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
