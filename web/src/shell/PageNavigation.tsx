import {
  IconBroadcast,
  IconCalendarEvent,
  IconHistory,
  IconListDetails,
  IconRecycle,
  IconSettings,
} from '@tabler/icons-react';
import { Link } from 'wouter';
import { useOrphans } from '../api/orphans.ts';
import { paths } from '../app/paths.ts';
import classes from './PageNavigation.module.css';

interface Page {
  path: string;
  label: string;
  /** Shown where the label is too long for the header; left out: the label. */
  short?: string;
  Icon: typeof IconBroadcast;
}

const PAGES: readonly Page[] = [
  { path: paths.show, label: 'Show', Icon: IconBroadcast },
  { path: paths.destinations, label: 'Destinations', Icon: IconListDetails },
  { path: paths.shows, label: 'Schedule', Icon: IconCalendarEvent },
  { path: paths.timeline, label: 'Timeline', Icon: IconHistory },
  { path: paths.orphans, label: 'Unused resources', short: 'Unused', Icon: IconRecycle },
  { path: paths.settings, label: 'Settings', Icon: IconSettings },
];

/** Returns true for the page of a single show, which belongs to the schedule. */
function isBelow(pathname: string, path: string): boolean {
  return path === paths.shows && pathname.startsWith(`${path}/`);
}

/** Navigation between pages: in the header, on a phone at the bottom. */
export function PageNavigation({ pathname }: { pathname: string }) {
  const orphans = useOrphans().data?.length ?? 0;
  return (
    <nav className={classes.navigation} aria-label="Pages">
      {PAGES.map(({ path, label, short = label, Icon }) => {
        const count = path === paths.orphans ? orphans : 0;
        return (
          <Link
            key={path}
            href={path}
            aria-current={path === pathname ? 'page' : isBelow(pathname, path) || undefined}
            aria-label={count > 0 ? `${label}, ${count}` : short === label ? undefined : label}
          >
            <Icon size={18} stroke={1.7} aria-hidden="true" />
            <span>{short}</span>
            {count > 0 && <b className={classes.count}>{count}</b>}
          </Link>
        );
      })}
    </nav>
  );
}
