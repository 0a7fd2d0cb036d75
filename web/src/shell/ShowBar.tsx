import { Button } from '@mantine/core';
import { IconPlayerStopFilled } from '@tabler/icons-react';
import { useState } from 'react';
import type { DestinationResource } from '../../../functions/api/schemas/destinations.ts';
import { paths } from '../app/paths.ts';
import { goToFirstProblem, revealRow } from '../app/reveal-problem.ts';
import { useShow } from '../app/use-show.ts';
import { useIncidents } from '../api/incidents.ts';
import { callingIncidents } from '../incidents/incident-summary.ts';
import { BulkDialog, SlateForAll } from '../editor/dialogs.ts';
import { destinationsFor } from '../destinations/bulk-action.ts';
import { type ShowProblem, summarizeShow } from './show-summary.ts';
import { ProblemCount } from '../destinations/ProblemCount.tsx';
import { RemedyButton } from '../destinations/RemedyButton.tsx';
import { StatusGlyph } from '../destinations/StatusGlyph.tsx';
import { LazyPart } from '../ui/LazyPart.tsx';
import classes from './ShowBar.module.css';

/** Maximum number of named problems; the rest is counted. */
const NAMED_MAX = 3;

/**
 * Problems, and on a phone Stop all and the slate, fixed at the bottom of the screen. The bar covers the page, so that nothing moves
 * under the pointer when a problem appears. It names what has no incident yet; the strip at the top names the rest. On a
 * phone the strip scrolls away, so there the bar counts all problems.
 */
export function ShowBar() {
  const { destinations = [], flow, destinationsStale, flowStale } = useShow();
  const { problems, onAir, total } = summarizeShow(destinations, flow);
  const canStop = destinationsFor('stop', destinations).length > 0;
  const incidents = callingIncidents(useIncidents().data ?? []);
  if (problems.length === 0 && !canStop) return null;
  const stale = destinationsStale || flowStale;
  const named = problems.filter(({ destination }) =>
    incidents.every(({ subject }) =>
      destination ? subject.id !== destination.destinationId : subject.kind !== 'source',
    ),
  );
  return (
    <aside
      className={classes.bar}
      aria-label="Problems and Stop all"
      data-show-bar
      data-calm={problems.length === 0 || undefined}
      data-unnamed={named.length === 0 || undefined}
    >
      <div className={classes.phone}>
        {problems.length > 0 ? (
          <ProblemCount count={problems.length} stale={stale} />
        ) : (
          <span>
            On air {onAir} of {total}
          </span>
        )}
        <span className={classes.actions}>
          <LazyPart>{canStop && <SlateForAll destinations={destinations} />}</LazyPart>
          {canStop && <StopAll destinations={destinations} />}
        </span>
      </div>
      {named.length > 0 && (
        <ul className={classes.problems} data-tone={stale ? 'stale' : 'attention'}>
          {named.slice(0, NAMED_MAX).map((problem) => (
            <Problem key={problem.destination?.destinationId ?? 'source'} problem={problem} />
          ))}
          {named.length > NAMED_MAX && <li className={classes.more}>and {named.length - NAMED_MAX} more</li>}
        </ul>
      )}
    </aside>
  );
}

function Problem({ problem: { destination, name, reason } }: { problem: ShowProblem }) {
  const show = (): void => {
    const isOnShow = window.location.pathname === paths.show;
    if (isOnShow && destination) revealRow(destination.destinationId);
    else goToFirstProblem();
  };
  return (
    <li>
      <StatusGlyph glyph="attention" size={16} />
      <button type="button" className={classes.name} onClick={show}>
        {name}
      </button>
      <span className={classes.reason} title={reason}>
        {reason}
      </span>
      {destination && <RemedyButton destination={destination} />}
    </li>
  );
}

function StopAll({ destinations }: { destinations: readonly DestinationResource[] }) {
  const [isAsked, setAsked] = useState(false);
  return (
    <>
      <Button
        color="red.8"
        variant="outline"
        leftSection={<IconPlayerStopFilled size={14} />}
        onClick={() => setAsked(true)}
      >
        Stop all
      </Button>
      <LazyPart>{isAsked && <BulkDialog destinations={destinations} onClose={() => setAsked(false)} />}</LazyPart>
    </>
  );
}
