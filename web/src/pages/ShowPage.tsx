import { Loader } from '@mantine/core';
import { IconPlugConnectedX } from '@tabler/icons-react';
import { lazy, Suspense } from 'react';
import { useRoute } from 'wouter';
import { pollIntervalMs, useBitrateHistory, useDestinations } from '../api/destinations.ts';
import { flowPollIntervalMs, useFlow, usePresets } from '../api/flow.ts';
import { useLeftovers } from '../api/leftovers.ts';
import { ApiProblem } from '../api/request.ts';
import { EDIT_DESTINATION_PATTERN, paths } from '../app/paths.ts';
import { useStaleness } from '../app/use-staleness.ts';
import { Announcer } from '../components/Announcer.tsx';
import { AppHeader } from '../components/AppHeader.tsx';
import { DestinationList } from '../components/DestinationList.tsx';
import { FirstSteps } from '../components/FirstSteps.tsx';
import { ProblemPanel } from '../components/ProblemText.tsx';
import { SourceCard } from '../components/SourceCard.tsx';
import { presentDestination } from '../presentation/destination-presentation.ts';
import { formatAge } from '../presentation/format.ts';
import { presentSource } from '../presentation/source-presentation.ts';
import classes from './ShowPage.module.css';

const DestinationDrawer = lazy(async () => ({
  default: (await import('../editor/DestinationDrawer.tsx')).DestinationDrawer,
}));

const Leftovers = lazy(async () => ({ default: (await import('../components/Leftovers.tsx')).Leftovers }));

/** The one page a show is run from. */
export function ShowPage() {
  const list = useDestinations();
  const flow = useFlow();
  const presets = usePresets();
  const leftovers = useLeftovers();
  const [adding] = useRoute(paths.addDestination);
  const [editing, edited] = useRoute<{ destinationId: string }>(EDIT_DESTINATION_PATTERN);
  const history = useBitrateHistory();
  const listAge = useStaleness(list.dataUpdatedAt, pollIntervalMs(list.data));
  const flowAge = useStaleness(flow.dataUpdatedAt, flowPollIntervalMs(flow.data));
  // One that is lost makes all of it doubtful: nothing stays green under a notice that the connection is lost.
  const lost = listAge.lost || flowAge.lost;
  const destinations = list.data;
  const problem = [list.error, flow.error].find((error) => error instanceof ApiProblem)?.problem;
  const nothingYet = !destinations && !flow.data;

  return (
    <>
      <AppHeader
        source={flow.data ? presentSource(flow.data) : null}
        counts={destinations ? count(destinations) : null}
        stale={listAge.stale || flowAge.stale}
      />
      <main className={classes.main}>
        {lost && (
          <p className={classes.lost} role="status">
            <IconPlugConnectedX size={19} aria-hidden="true" />
            <span>
              <strong>Connection lost, showing the last known state</strong>,{' '}
              {formatAge(Math.max(listAge.ageMs, flowAge.ageMs))} old. What is on air stays on air; this page keeps
              trying.
            </span>
          </p>
        )}
        {nothingYet &&
          (problem ? <ProblemPanel problem={problem} /> : <Loader className={classes.loader} aria-label="Loading" />)}
        {flow.data && <SourceCard flow={flow.data} stale={flowAge.stale || lost} />}
        {destinations && (
          <DestinationList
            destinations={destinations}
            presets={presets.data}
            history={history}
            sourceConnected={flow.data?.source.state === 'connected'}
            stale={listAge.stale || lost}
          />
        )}
        {destinations?.every((destination) => destination.primary) && (
          <FirstSteps sourceConnected={flow.data?.source.state === 'connected'} />
        )}
        <Suspense>{!!leftovers.data?.length && <Leftovers leftovers={leftovers.data} />}</Suspense>
      </main>
      <Announcer destinations={destinations} stale={lost} />
      <Suspense>
        {adding && <DestinationDrawer destinationId={null} />}
        {editing && <DestinationDrawer destinationId={edited.destinationId} />}
      </Suspense>
    </>
  );
}

/** The always-on HLS channel is not counted: nobody starts it. */
function count(destinations: NonNullable<ReturnType<typeof useDestinations>['data']>) {
  const pushes = destinations.filter((destination) => !destination.primary);
  return {
    onAir: pushes.filter((destination) => destination.onAir).length,
    total: pushes.length,
    needsPerson: destinations.filter((destination) => presentDestination(destination).tone === 'attention').length,
  };
}
