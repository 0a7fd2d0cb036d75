import { IconDatabaseExclamation, IconWorldOff } from '@tabler/icons-react';
import { useServiceHealth } from '../api/service-health.ts';
import classes from './ServiceBanners.module.css';

/** Failed checks of the health that need the operator, whatever page is open. */
const SHOWN = {
  store: { title: 'Changes cannot be saved', Icon: IconDatabaseExclamation },
  'public pages': { title: 'The public pages are not served', Icon: IconWorldOff },
};

/** Shows on every page that the disk refuses changes, or that watchers find no pages. One machine only. */
export function ServiceBanners() {
  const checks = useServiceHealth().data?.checks ?? [];
  return Object.entries(SHOWN).map(([name, { title, Icon }]) => {
    const check = checks.find((each) => each.name === name);
    if (!check || check.ok) return null;
    return (
      <p key={name} className={classes.banner} role="alert">
        <Icon size={19} aria-hidden="true" />
        <span>
          <strong>{title}</strong>: {check.detail}. Your streams are not affected.
        </span>
      </p>
    );
  });
}
