import { memo } from 'react';
import { Link } from 'wouter';
import type { DestinationResource, PresetsResource } from '../../../functions/api/schemas.ts';
import { paths } from '../app/paths.ts';
import { useServerNow } from '../app/use-now.ts';
import { PlatformMark } from '../platforms/PlatformMark.tsx';
import { presentDestination, presentStale } from '../presentation/destination-presentation.ts';
import { formatBitrate, formatClock } from '../presentation/format.ts';
import { DestinationMenu } from './DestinationMenu.tsx';
import { MoneyCell } from './MoneyCell.tsx';
import { StatusWord } from './StatusWord.tsx';
import { TransportButtons } from './TransportButtons.tsx';
import classes from './DestinationTable.module.css';

interface DestinationTableProps {
  destinations: readonly DestinationResource[];
  presets: PresetsResource | undefined;
  stale: boolean;
  selected: ReadonlySet<string>;
  onSelect: (change: (selected: ReadonlySet<string>) => ReadonlySet<string>) => void;
}

/** Destinations as a table, one line each; on a phone as cards. */
export function DestinationTable({ destinations, presets, stale, selected, onSelect }: DestinationTableProps) {
  const all = destinations.every(({ destinationId }) => selected.has(destinationId));
  const some = destinations.some(({ destinationId }) => selected.has(destinationId));
  const selectAll = (): void => onSelect(() => new Set(all ? [] : destinations.map((each) => each.destinationId)));
  return (
    <table className={classes.table}>
      <thead>
        <tr>
          <th scope="col">
            <input
              type="checkbox"
              aria-label="Choose all that are shown"
              checked={all}
              ref={(box) => {
                if (box) box.indeterminate = some && !all;
              }}
              onChange={selectAll}
            />
          </th>
          <th scope="col">Name</th>
          <th scope="col">Status</th>
          <th scope="col">Encoding</th>
          <th scope="col">Bitrate</th>
          <th scope="col">Running</th>
          <th scope="col">Cost</th>
          <th scope="col">
            <span className={classes.actionsTitle}>Actions</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {destinations.map((destination) => (
          <TableRow
            key={destination.destinationId}
            destination={destination}
            presets={presets}
            stale={stale}
            selected={selected.has(destination.destinationId)}
            onSelect={onSelect}
          />
        ))}
      </tbody>
    </table>
  );
}

interface TableRowProps extends Pick<DestinationTableProps, 'presets' | 'stale' | 'onSelect'> {
  destination: DestinationResource;
  selected: boolean;
}

const TableRow = memo(function TableRow({ destination, presets, stale, selected, onSelect }: TableRowProps) {
  const { destinationId, name, platform, preset, status, bitrateBps, runningSince } = destination;
  const fresh = presentDestination(destination);
  const shown = stale ? presentStale(fresh) : fresh;
  const running = status === 'running';
  const encoding = presets?.encodings.find(({ encodingId }) => encodingId === preset)?.name ?? preset;
  const toggle = (): void =>
    onSelect((before) => {
      const after = new Set(before);
      if (!after.delete(destinationId)) after.add(destinationId);
      return after;
    });
  return (
    <tr data-row data-tone={shown.tone} aria-label={name} data-selected={selected || undefined}>
      <td>
        <input type="checkbox" aria-label={`Choose ${name}`} checked={selected} onChange={toggle} />
      </td>
      <th scope="row" className={classes.name}>
        <PlatformMark platform={platform} size={28} />
        <Link href={paths.destination(destinationId)} data-row-name>
          {name}
        </Link>
      </th>
      <td className={classes.status}>
        <StatusWord {...shown} />
        {shown.tone === 'attention' && fresh.reason && <small>{fresh.reason}</small>}
      </td>
      <td className={classes.encoding}>{encoding}</td>
      <td className={classes.figure}>{running ? formatBitrate(bitrateBps) : ''}</td>
      <td className={classes.figure}>{runningSince && <RunningFor since={runningSince} />}</td>
      <td>
        <MoneyCell cost={destination.cost} running={running} />
      </td>
      <td className={classes.actions}>
        <span>
          <TransportButtons destination={destination} />
          <DestinationMenu destination={destination} />
        </span>
      </td>
    </tr>
  );
});

function RunningFor({ since }: { since: string }) {
  return formatClock(useServerNow() - Date.parse(since));
}
