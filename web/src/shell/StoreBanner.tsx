import { IconDatabaseExclamation } from '@tabler/icons-react';
import { useServiceHealth } from '../api/service-health.ts';
import classes from './StoreBanner.module.css';

/** Shows on every page that the disk refuses changes. One machine only. */
export function StoreBanner() {
  const health = useServiceHealth();
  const store = health.data?.checks.find(({ name }) => name === 'store');
  if (!store || store.ok) return null;
  return (
    <p className={classes.banner} role="alert">
      <IconDatabaseExclamation size={19} aria-hidden="true" />
      <span>
        <strong>Changes cannot be saved</strong>: {store.detail}. Your streams are not affected.
      </span>
    </p>
  );
}
