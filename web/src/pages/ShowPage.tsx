import { Loader, VisuallyHidden } from '@mantine/core';
import { useEffect } from 'react';
import { Link } from 'wouter';
import { useHistoryState } from 'wouter/use-browser-location';
import type { DestinationResource } from '../../../functions/api/schemas/destinations.ts';
import { usePresets } from '../api/flow.ts';
import { useGroupStarts } from '../api/group-starts.ts';
import { useOrphans } from '../api/orphans.ts';
import { paths } from '../app/paths.ts';
import { type ProblemPlace, revealProblem } from '../app/reveal-problem.ts';
import { useMoneyShown } from '../app/use-money.ts';
import { usePageTitle } from '../ui/use-page-title.ts';
import { useShow } from '../app/use-show.ts';
import { DestinationList } from '../destinations/DestinationList.tsx';
import { FirstSteps } from '../destinations/FirstSteps.tsx';
import { BulkButtons } from '../editor/BulkButtons.tsx';
import { GroupStartNotes } from '../editor/dialogs.ts';
import { LazyPart } from '../ui/LazyPart.tsx';
import { SourceCard } from '../source/SourceCard.tsx';
import classes from './ShowPage.module.css';

/** The page from which an operator runs a show. */
export function ShowPage({ embedded }: { embedded: boolean }) {
  const { destinations, flow, destinationsStale, flowStale } = useShow();
  const presets = usePresets();
  const orphans = useOrphans().data?.length ?? 0;
  const sourceConnected = flow?.source.state === 'connected';
  const isMoneyShown = useMoneyShown();
  const hasGroupStarts = (useGroupStarts().data?.length ?? 0) > 0;
  usePageTitle('Show');
  const problem = useHistoryState<{ problem?: ProblemPlace } | null>()?.problem;
  useEffect(() => {
    if (problem !== undefined) revealProblem(problem);
  }, [problem]);

  return (
    <>
      <VisuallyHidden component="h1">Show</VisuallyHidden>
      {!destinations && !flow && <Loader className={classes.loader} />}
      {flow && <SourceCard flow={flow} destinations={destinations ?? []} stale={flowStale} />}
      <LazyPart>{hasGroupStarts && <GroupStartNotes />}</LazyPart>
      {destinations && (
        <DestinationList
          destinations={destinations}
          presets={presets.data}
          sourceConnected={sourceConnected}
          stale={destinationsStale}
          bulkButtons={renderBulkButtons}
        />
      )}
      {destinations?.every((destination) => destination.primary) && <FirstSteps sourceConnected={sourceConnected} />}
      {destinations && embedded && (
        <p className={classes.note}>
          {isMoneyShown && 'Estimate only: nothing is billed on this machine. '}Simulate failures before the show:{' '}
          <Link href={paths.rehearsal}>Drills</Link>
        </p>
      )}
      {orphans > 0 && (
        <p className={classes.note}>
          {orphans === 1 ? 'One AWS resource is unused.' : `${orphans} AWS resources are unused.`}{' '}
          <Link href={paths.orphans}>Unused resources</Link>
        </p>
      )}
    </>
  );
}

function renderBulkButtons(destinations: readonly DestinationResource[], group: string | null) {
  return <BulkButtons destinations={destinations} of={group === null ? 'all' : { group }} />;
}
