import { TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { type ReactNode, useEffect, useRef } from 'react';
import { useHistoryState } from 'wouter/use-browser-location';
import type { DestinationResource } from '../../../functions/api/schemas/destinations.ts';
import { useMoneyShown } from '../app/use-money.ts';
import { countStatusGroups, STATUS_GROUPS, type StatusGroup } from './destination-filter.ts';
import { groupsOf, NO_GROUP, UNGROUPED } from './destination-groups.ts';
import page from '../ui/page.module.css';
import classes from './DestinationFilters.module.css';

/** Filters, grouping and order of the table, as in the page's query. */
export const NO_FILTER = { q: '', status: '', platform: '', group: '', by: '', sort: '' };

interface DestinationFiltersProps {
  destinations: readonly DestinationResource[];
  platformName: (platformId: string) => string;
  filter: typeof NO_FILTER;
  onChange: (changes: Partial<typeof NO_FILTER>) => void;
}

/** The filters, grouping and order of the destinations table. */
export function DestinationFilters({ destinations, platformName, filter, onChange }: DestinationFiltersProps) {
  const platforms = [...new Set(destinations.map(({ platform }) => platform))];
  const groups = groupsOf(destinations);
  const isMoneyShown = useMoneyShown();
  return (
    <div className={page.tools}>
      <Search value={filter.q} onChange={(q) => onChange({ q })} />
      <StatusChips destinations={destinations} status={filter.status} onChange={(status) => onChange({ status })} />
      {(platforms.length > 1 || filter.platform) && (
        <Choice label="Platform" value={filter.platform} onChange={(platform) => onChange({ platform })}>
          <option value="">All platforms</option>
          {withChosen(platforms, filter.platform).map((id) => (
            <option key={id} value={id}>
              {platformName(id)}
            </option>
          ))}
        </Choice>
      )}
      {(groups.length > 0 || filter.group) && (
        <Choice label="Group" value={filter.group} onChange={(group) => onChange({ group })}>
          <option value="">All groups</option>
          {withChosen(groups, filter.group === UNGROUPED ? '' : filter.group).map((group) => (
            // Without an explicit value, the browser collapses spaces in an option's value.
            <option key={group} value={group}>
              {group}
            </option>
          ))}
          <option value={UNGROUPED}>{NO_GROUP}</option>
        </Choice>
      )}
      <Choice label="Group by" value={filter.by} onChange={(by) => onChange({ by })}>
        <option value="">Group by: None</option>
        <option value="group">Group by: Group</option>
        <option value="platform">Group by: Platform</option>
      </Choice>
      <Choice
        label="Sort by"
        value={filter.sort}
        onChange={(sort) => onChange({ sort })}
        className={classes.sortSelect}
      >
        <option value="">Manual order</option>
        <option value="name">Name, A to Z</option>
        <option value="-name">Name, Z to A</option>
        <option value="platform">Platform, A to Z</option>
        <option value="-platform">Platform, Z to A</option>
        <option value="status">Most urgent first</option>
        <option value="-status">Least urgent first</option>
        {(isMoneyShown || filter.sort.endsWith('price')) && (
          <>
            <option value="price">Cheapest first</option>
            <option value="-price">Most expensive first</option>
          </>
        )}
      </Choice>
    </div>
  );
}

/** Keeps the selected value in the list when no destination has it any more. */
function withChosen(values: readonly string[], chosen: string): readonly string[] {
  return chosen === '' || values.includes(chosen) ? values : [...values, chosen];
}

function Search({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const field = useRef<HTMLInputElement>(null);
  const wanted = useHistoryState<{ search?: boolean } | null>()?.search === true;
  useEffect(() => {
    if (wanted) field.current?.focus();
  }, [wanted]);
  return (
    <TextInput
      ref={field}
      type="search"
      aria-label="Search destinations"
      placeholder="Search"
      data-search
      leftSection={<IconSearch size={16} />}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

interface StatusChipsProps {
  destinations: readonly DestinationResource[];
  status: string;
  onChange: (status: string) => void;
}

function StatusChips({ destinations, status, onChange }: StatusChipsProps) {
  const counts = countStatusGroups(destinations);
  return (
    <div className={classes.chips} role="group" aria-label="Filter by status">
      <Chip pressed={status === ''} onPress={() => onChange('')} count={destinations.length}>
        All
      </Chip>
      {(Object.keys(STATUS_GROUPS) as StatusGroup[]).map((group) => (
        <Chip
          key={group}
          tone={counts[group] > 0 ? STATUS_GROUPS[group].tone : 'off'}
          pressed={status === group}
          onPress={() => onChange(status === group ? '' : group)}
          count={counts[group]}
        >
          {STATUS_GROUPS[group].label}
        </Chip>
      ))}
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

interface ChoiceProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  className?: string | undefined;
  children: ReactNode;
}

function Choice({ label, value, onChange, className, children }: ChoiceProps) {
  return (
    <select
      className={[classes.select, className].filter(Boolean).join(' ')}
      aria-label={label}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    >
      {children}
    </select>
  );
}
