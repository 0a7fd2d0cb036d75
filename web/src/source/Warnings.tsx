import { IconAlertTriangle } from '@tabler/icons-react';
import classes from './Warnings.module.css';

interface WarningsProps {
  warnings: readonly { code: string; detail: string; remedy: string }[];
}

/** Warnings with their remedies. */
export function Warnings({ warnings }: WarningsProps) {
  if (warnings.length === 0) return null;
  return (
    <ul className={classes.warnings} aria-label="Warnings">
      {warnings.map(({ code, detail, remedy }) => (
        <li key={code}>
          <IconAlertTriangle size={15} aria-hidden="true" />
          <span>
            {detail} <b>{remedy}</b>
          </span>
        </li>
      ))}
    </ul>
  );
}
