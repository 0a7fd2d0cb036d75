import type { PrimaryMode } from '../../../functions/domain/primary-mode.ts';
import { usePrimary, useSetPrimary } from '../api/primary.ts';
import { useRoleRefusal } from '../api/session.ts';
import { useMoneyShown } from '../app/use-money.ts';
import { showProblem } from '../app/problem-toast.tsx';
import { describeParts, describeUnknown, pricePerHour, PRICE_UNKNOWN } from '../costs/money.ts';
import classes from './PrimaryControl.module.css';

const MODES: { value: PrimaryMode; label: string }[] = [
  { value: 'always', label: 'While the source is on' },
  { value: 'with-source', label: 'While an encoder is connected' },
  { value: 'off', label: 'Off' },
];

/** Selects when the HLS preview runs, with its price. */
export function PrimaryControl() {
  const primary = usePrimary().data;
  const set = useSetPrimary();
  const refusal = useRoleRefusal('operator');
  const isMoneyShown = useMoneyShown();
  if (!primary) return null;
  const cost = isMoneyShown ? primary.destination?.cost : undefined;
  const price = cost && (pricePerHour(cost.perHourRunning, cost) ?? PRICE_UNKNOWN);
  const parts = cost && [describeParts(cost.parts), describeUnknown(cost.unknownParts)].filter(Boolean).join('. ');
  return (
    <div className={classes.control} data-hint={refusal || parts || undefined}>
      {/* A plain element: the component library's would be 6 kB of the first load. */}
      <label className={classes.choice}>
        HLS preview
        <select
          value={set.isPending ? set.variables : primary.mode}
          disabled={refusal !== undefined || set.isPending}
          onChange={(event) =>
            set.mutate(event.currentTarget.value as PrimaryMode, {
              onError: (error) => showProblem(error, 'Change the preview'),
            })
          }
        >
          {MODES.map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </label>
      {price && <span className={classes.price}>{price} while it runs</span>}
    </div>
  );
}
