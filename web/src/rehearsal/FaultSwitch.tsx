import { useId } from 'react';
import { sentence } from '../ui/format.ts';
import classes from './FaultSwitch.module.css';

interface FaultSwitchProps {
  label: string;
  description: string;
  /** Names of the other destinations the drill runs on. */
  elsewhere: readonly string[];
  isOn: boolean;
  /** A request is pending. */
  isPending: boolean;
  /** Why it cannot be switched; undefined when it can. */
  refusal: string | undefined;
  onChange: (isOn: boolean) => void;
}

/** A switch for one drill with its description. It shows the API's state, so it changes with the answer. */
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
