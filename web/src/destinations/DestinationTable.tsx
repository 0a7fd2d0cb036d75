import { memo, useRef } from 'react';
import type { DestinationResource } from '../../../functions/api/schemas/destinations.ts';
import type { PresetsResource } from '../../../functions/api/schemas/presets.ts';
import { FIRST_ROWS, useNearScreen } from '../ui/use-near-screen.ts';
import { useMoneyShown } from '../app/use-money.ts';
import { useServerNow } from '../app/use-now.ts';
import { PlatformMark } from '../platforms/PlatformMark.tsx';
import { describeOnAir, type DestinationSection } from './destination-groups.ts';
import { nextSort, type SortColumn, type SortOrder } from './destination-order.ts';
import { presentDestination, presentStale } from './destination-presentation.ts';
import { formatBitrate, formatClock } from '../ui/format.ts';
import { encodingName, platformName } from './preset-names.ts';
import { DestinationMenu } from './DestinationMenu.tsx';
import { MoneyCell } from '../costs/MoneyCell.tsx';
import { RowLink } from './RowLink.tsx';
import { StatusWord } from './StatusWord.tsx';
import { TransportButtons } from './TransportButtons.tsx';
import classes from './DestinationTable.module.css';

interface DestinationTableProps {
  /** A single section without a title: a table without groups. */
  sections: readonly DestinationSection[];
  presets: PresetsResource | undefined;
  stale: boolean;
  /** Shows the group in each row, unless headings show it. */
  showGroup: boolean;
  order: SortOrder | null;
  onSort: (sort: string) => void;
  selected: ReadonlySet<string>;
  onSelect: (change: (selected: ReadonlySet<string>) => ReadonlySet<string>) => void;
}

/**
 * Destinations as a table, on a phone as cards. The rows use grid layout, for which some browsers drop table semantics,
 * so the roles are explicit.
 */
export function DestinationTable(props: DestinationTableProps) {
  const { sections, presets, stale, showGroup, order, onSort, selected, onSelect } = props;
  const isMoneyShown = useMoneyShown();
  const all = sections.flatMap(({ destinations }) => destinations);
  return (
    <table role="table" className={classes.table}>
      <thead role="rowgroup">
        <tr role="row">
          <th role="columnheader" scope="col" className={classes.box}>
            <ChooseAll label="Select all shown" destinations={all} selected={selected} onSelect={onSelect} />
          </th>
          <SortableTitle column="name" order={order} onSort={onSort}>
            Name
          </SortableTitle>
          <SortableTitle column="platform" order={order} onSort={onSort} className={classes.platform}>
            Platform
          </SortableTitle>
          <SortableTitle column="status" order={order} onSort={onSort}>
            Status
          </SortableTitle>
          <th role="columnheader" scope="col" className={classes.encoding}>
            Encoding
          </th>
          <th role="columnheader" scope="col" className={classes.bitrate}>
            Bitrate
          </th>
          <th role="columnheader" scope="col" className={classes.uptime}>
            Running
          </th>
          {isMoneyShown && (
            <SortableTitle column="price" order={order} onSort={onSort}>
              Cost
            </SortableTitle>
          )}
          <th role="columnheader" scope="col">
            <span className={classes.actionsTitle}>Actions</span>
          </th>
        </tr>
      </thead>
      {sections.map(({ key, title, destinations }) => (
        <tbody key={key} role="rowgroup">
          {title !== null && (
            <tr role="row" className={classes.sectionTitle}>
              <td role="cell" className={classes.box}>
                <ChooseAll
                  label={`Select all of ${title}`}
                  destinations={destinations}
                  selected={selected}
                  onSelect={onSelect}
                />
              </td>
              <th role="rowheader" scope="rowgroup" colSpan={isMoneyShown ? 8 : 7}>
                <h2>{title}</h2>
                <span>{describeOnAir(destinations, stale)}</span>
              </th>
            </tr>
          )}
          {destinations.map((destination, index) => (
            <TableRow
              first={index < FIRST_ROWS}
              key={destination.destinationId}
              destination={destination}
              presets={presets}
              stale={stale}
              showGroup={showGroup}
              selected={selected.has(destination.destinationId)}
              onSelect={onSelect}
            />
          ))}
        </tbody>
      ))}
    </table>
  );
}

interface SortableTitleProps extends Pick<DestinationTableProps, 'order' | 'onSort'> {
  column: SortColumn;
  className?: string | undefined;
  children: string;
}

function SortableTitle({ column, order, onSort, className, children }: SortableTitleProps) {
  const sorted = order?.column === column ? (order.isDescending ? 'descending' : 'ascending') : undefined;
  return (
    <th role="columnheader" scope="col" aria-sort={sorted} className={className}>
      <button type="button" className={classes.sort} onClick={() => onSort(nextSort(order, column))}>
        {children}
      </button>
    </th>
  );
}

interface ChooseAllProps extends Pick<DestinationTableProps, 'selected' | 'onSelect'> {
  label: string;
  destinations: readonly DestinationResource[];
}

/** Adds these destinations to the selection, or removes them. */
function ChooseAll({ label, destinations, selected, onSelect }: ChooseAllProps) {
  const ids = destinations.map(({ destinationId }) => destinationId);
  const all = ids.every((id) => selected.has(id));
  const some = ids.some((id) => selected.has(id));
  return (
    <input
      type="checkbox"
      aria-label={label}
      checked={all}
      ref={(box) => {
        if (box) box.indeterminate = some && !all;
      }}
      onChange={() =>
        onSelect((before) => new Set(all ? [...before].filter((id) => !ids.includes(id)) : [...before, ...ids]))
      }
    />
  );
}

interface TableRowProps extends Pick<DestinationTableProps, 'presets' | 'stale' | 'showGroup' | 'onSelect'> {
  destination: DestinationResource;
  selected: boolean;
  /** Among the first of its part. */
  first: boolean;
}

/** Renders the whole row near the screen, else only name and state. */
const TableRow = memo(function TableRow(props: TableRowProps) {
  const { destination, presets, stale, showGroup, selected, onSelect } = props;
  const { destinationId, name, group, platform } = destination;
  const line = useRef<HTMLTableRowElement>(null);
  const isNear = useNearScreen(line, props.first);
  const fresh = presentDestination(destination);
  const shown = stale ? presentStale(fresh) : fresh;
  const toggle = (): void =>
    onSelect((before) => {
      const after = new Set(before);
      if (!after.delete(destinationId)) after.add(destinationId);
      return after;
    });
  return (
    <tr ref={line} role="row" data-row data-tone={shown.tone} aria-label={name} data-selected={selected || undefined}>
      <td role="cell" className={classes.box}>
        <input type="checkbox" aria-label={`Select ${name}`} checked={selected} onChange={toggle} />
      </td>
      <th role="rowheader" scope="row" className={classes.name}>
        {isNear && <PlatformMark platform={platform} size={28} />}
        <span>
          <RowLink destinationId={destinationId}>{name}</RowLink>
          {showGroup && group !== null && <small>{group}</small>}
        </span>
      </th>
      <td role="cell" className={classes.platform}>
        {platformName(presets, platform)}
      </td>
      <td role="cell" className={classes.status}>
        {isNear ? <StatusWord tone={shown.tone} glyph={shown.glyph} word={shown.word} /> : shown.word}
        {shown.tone === 'attention' && fresh.reason && <small>{fresh.reason}</small>}
      </td>
      {isNear ? <Figures destination={destination} presets={presets} /> : <td role="cell" colSpan={5} />}
    </tr>
  );
});

function Figures({ destination, presets }: Pick<TableRowProps, 'destination' | 'presets'>) {
  const { preset, status, bitrateBps, runningSince } = destination;
  const isMoneyShown = useMoneyShown();
  const running = status === 'running';
  return (
    <>
      <td role="cell" className={classes.encoding}>
        {encodingName(presets, preset)}
      </td>
      <td role="cell" className={`${classes.figure} ${classes.bitrate}`}>
        {running ? formatBitrate(bitrateBps) : ''}
      </td>
      <td role="cell" className={`${classes.figure} ${classes.uptime}`}>
        {runningSince && <RunningFor since={runningSince} />}
      </td>
      {isMoneyShown && (
        <td role="cell" className={classes.money}>
          <MoneyCell cost={destination.cost} running={running} />
        </td>
      )}
      <td role="cell" className={classes.actions}>
        <span>
          <TransportButtons destination={destination} />
          <DestinationMenu destination={destination} />
        </span>
      </td>
    </>
  );
}

function RunningFor({ since }: { since: string }) {
  return formatClock(useServerNow() - Date.parse(since));
}
