import { useId } from 'react';
import { sentence } from '../ui/format.ts';
import classes from './FaultSwitch.module.css';

interface FaultSwitchProps {
  label: string;
  description: string;
  /** Names of other destinations it is practised on. */
  elsewhere: readonly string[];
  isOn: boolean;
  /** Asked for, and not answered yet. */
  isPending: boolean;
  /** Why it cannot be switched; undefined when it can. */
  refusal: string | undefined;
  onChange: (isOn: boolean) => void;
}

/** One failure with what it teaches. It shows what is so, not what was pressed: it moves with the answer. */
export function FaultSwitch(props: FaultSwitchProps) {
  const { label, description, elsewhere, isOn, isPending, refusal, onChange } = props;
  const id = useId();
  const isFixed = isPending || refusal !== undefined;
  return (
    <li className={classes.fault} data-on={isOn || undefined} data-fixed={refusal !== undefined || undefined}>
      <label htmlFor={id} className={classes.label}>
        {label}
      </label>
      <input
        id={id}
        type="checkbox"
        role="switch"
        className={classes.switch}
        checked={isOn}
        aria-checked={isOn}
        aria-busy={isPending || undefined}
        aria-disabled={isFixed || undefined}
        aria-describedby={`${id}-description`}
        data-hint={refusal}
        onChange={() => !isFixed && onChange(!isOn)}
      />
      <p id={`${id}-description`}>
        {description}
        {elsewhere.length > 0 && ` Also running on ${elsewhere.join(', ')}.`}
        {refusal && ` ${sentence(refusal)}.`}
      </p>
    </li>
  );
}
