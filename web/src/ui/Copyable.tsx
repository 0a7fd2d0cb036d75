import classes from './Copyable.module.css';
import { CopyButton } from './CopyButton.tsx';

/** A value in full with a button that copies it. @param label names the button */
export function Copyable({ value, label }: { value: string; label: string }) {
  return (
    <span className={classes.copyable}>
      <code>{value}</code>
      <CopyButton value={value} label={label} />
    </span>
  );
}
