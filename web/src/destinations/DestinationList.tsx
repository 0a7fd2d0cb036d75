import { useLocalStorage } from '@mantine/hooks';
import { type ReactNode, useId } from 'react';
import type { DestinationResource } from '../../../functions/api/schemas/destinations.ts';
import type { PresetsResource } from '../../../functions/api/schemas/presets.ts';
import { cutIntoSections, describeOnAir, type DestinationSection, groupsOf } from './destination-groups.ts';
import { sortDestinations, toSortOrder } from './destination-order.ts';
import { platformName } from './preset-names.ts';
import { FIRST_ROWS } from '../ui/use-near-screen.ts';
import { AddDestinationButton } from './AddDestinationButton.tsx';
import { DestinationRow } from './DestinationRow.tsx';
import classes from './DestinationList.module.css';

interface DestinationListProps {
  destinations: readonly DestinationResource[];
  presets: PresetsResource | undefined;
  /** The source is connected. */
  sourceConnected: boolean;
  stale: boolean;
  /** Renders the buttons that start or stop these destinations together; `group` is null for all. */
  bulkButtons: (destinations: readonly DestinationResource[], group: string | null) => ReactNode;
}

/** All destinations as branches of the source, sorted into groups. */
export function DestinationList(props: DestinationListProps) {
  const { destinations, presets, sourceConnected, stale, bulkButtons } = props;
  const titleId = useId();
  const [order, setOrder] = useLocalStorage({
    key: 'sluice-show-order',
    defaultValue: '',
    getInitialValueInEffect: false,
  });
  const sorted = sortDestinations(destinations, toSortOrder(order), (id) => platformName(presets, id));
  const rows = (shown: readonly DestinationResource[], grouped: boolean) => (
    <ul className={classes.list}>
      {shown.map((destination, index) => (
        <DestinationRow
          first={index < FIRST_ROWS}
          key={destination.destinationId}
          destination={destination}
          presets={presets}
          stale={stale}
          grouped={grouped}
          isMovable={order === ''}
        />
      ))}
    </ul>
  );
  return (
    <section
      aria-labelledby="destinations-heading"
      className={classes.section}
      data-flowing={(sourceConnected && !stale) || undefined}
    >
      <div className={classes.heading}>
        <h2 id="destinations-heading">Destinations</h2>
        <div className={classes.actions}>
          {destinations.length > 2 && <OrderChoice value={order} onChange={setOrder} />}
          {destinations.some((destination) => !destination.primary) && bulkButtons(destinations, null)}
          <AddDestinationButton />
        </div>
      </div>
      {partsOf(sorted, order === 'status').map(({ key, title, destinations: part }, index) =>
        title === null ? (
          <div key={key} className={classes.part}>
            {rows(part, false)}
          </div>
        ) : (
          <section key={key} className={classes.part} data-titled aria-labelledby={`${titleId}-${index}`}>
            <div className={classes.partTitle}>
              <h3 id={`${titleId}-${index}`}>{title}</h3>
              <span>{describeOnAir(part, stale)}</span>
              {part[0]?.group != null && <div className={classes.actions}>{bulkButtons(part, title)}</div>}
            </div>
            {rows(part, true)}
          </section>
        ),
      )}
    </section>
  );
}

const ORDERS = [
  { value: '', label: 'Manual order' },
  { value: 'name', label: 'By name' },
  { value: 'status', label: 'Most urgent first' },
];

/** The order of the rows, stored in this browser; the manual order itself is stored with the destinations. */
function OrderChoice({ value, onChange }: { value: string; onChange: (order: string) => void }) {
  return (
    <select
      className={classes.order}
      aria-label="Order"
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    >
      {ORDERS.map(({ value: order, label }) => (
        <option key={order} value={order}>
          {label}
        </option>
      ))}
    </select>
  );
}

/** Returns one list without groups, else one per group. The preview is always first. */
function partsOf(destinations: readonly DestinationResource[], isByUrgency: boolean): DestinationSection[] {
  const pushes = destinations.filter(({ primary }) => !primary);
  const primary = destinations.filter((destination) => destination.primary);
  if (groupsOf(pushes).length === 0) return cutIntoSections([...primary, ...pushes], null, String);
  const always = primary.length > 0 ? cutIntoSections(primary, null, String) : [];
  return [...always, ...cutIntoSections(pushes, 'group', String, isByUrgency)];
}
