import { Loader } from '@mantine/core';
import { type ReactNode, lazy, useState } from 'react';
import type { DestinationResource } from '../../../functions/api/schemas/destinations.ts';
import { useMetrics, useOperation, useTimeline } from '../api/destinations.ts';
import { problemOf } from '../api/request.ts';
import { useShow } from '../app/use-show.ts';
import { CopyButton } from '../ui/CopyButton.tsx';
import { Fact } from '../ui/Fact.tsx';
import { ProblemText } from '../app/ProblemText.tsx';
import { SidePanel } from '../ui/SidePanel.tsx';
import { SlateLine } from '../destinations/SlateLine.tsx';
import { StatusWord } from '../destinations/StatusWord.tsx';
import { Timeline } from '../timeline/Timeline.tsx';
import { Warnings } from '../source/Warnings.tsx';
import { PlatformMark } from '../platforms/PlatformMark.tsx';
import { presentDestination, presentStale } from '../destinations/destination-presentation.ts';
import { describeParts, describeSum, describeUnknown, PRICE_UNKNOWN, pricePerHour } from '../costs/money.ts';
import { RehearsalNote } from '../rehearsal/RehearsalNote.tsx';
import { IngestFacts } from './IngestFacts.tsx';
import { LogDetail } from './LogDetail.tsx';
import { MetricGraphs } from './MetricGraphs.tsx';
import { OperationSteps } from './OperationSteps.tsx';
import { describeSound } from '../editor/sound-value.ts';
import { SrtFacts } from './SrtFacts.tsx';
import { LazyPart } from '../ui/LazyPart.tsx';
import classes from './DetailsPanel.module.css';

const ChannelLog = lazy(async () => ({ default: (await import('./ChannelLog.tsx')).ChannelLog }));

/**
 * Details of a destination beside the page: graphs of the last minutes, the running or last operation, timeline, cost
 * and AWS resources.
 */
export function DetailsPanel({ destinationId, onClose }: { destinationId: string; onClose: () => void }) {
  const { destinations, destinationsStale } = useShow();
  const destination = destinations?.find((each) => each.destinationId === destinationId);
  return (
    <SidePanel
      label={`Details of ${destination?.name ?? 'a destination'}`}
      title={destination?.name ?? 'Destination'}
      mark={destination && <PlatformMark platform={destination.primary ? 'hls' : destination.platform} size={34} />}
      subtitle={destination && <Word destination={destination} stale={destinationsStale} />}
      closeLabel="Close the details"
      onClose={onClose}
    >
      {destination && <Content destination={destination} />}
      {!destinations && <Loader />}
      {destinations && !destination && (
        <p className={classes.note}>No destination {destinationId}. It was deleted, or the address is wrong.</p>
      )}
    </SidePanel>
  );
}

function Word({ destination, stale }: { destination: DestinationResource; stale: boolean }) {
  const fresh = presentDestination(destination);
  return <StatusWord {...(stale ? presentStale(fresh) : fresh)} />;
}

function Content({ destination }: { destination: DestinationResource }) {
  const { destinationId, status, targetBitrateBps } = destination;
  const running = status === 'running';
  const metrics = useMetrics(destinationId, running);
  const problem = problemOf(metrics.error);
  return (
    <>
      <RehearsalNote destination={destination} />
      <Warnings warnings={destination.warnings} />
      {destination.slate && <SlateLine destination={destination} slate={destination.slate} className={classes.note} />}
      {running && (
        <Section title="Last five minutes">
          {metrics.data && <MetricGraphs metrics={metrics.data} wantedBps={targetBitrateBps} />}
          {problem && <ProblemText problem={problem} />}
        </Section>
      )}
      <IngestFacts destination={destination} />
      <LastOperation destination={destination} />
      <Section title="Cost">
        <Costs destination={destination} />
      </Section>
      {destination.sound && (
        <Section title="Sound">
          <p className={classes.note}>{describeSound(destination.sound)}</p>
        </Section>
      )}
      <Timeline destinationId={destinationId} />
      {destination.kind === 'srt' ? <SrtFacts destination={destination} /> : <Log destination={destination} />}
      <Section title="At AWS">
        <dl className={classes.facts}>
          <Id name="Destination" value={destinationId} />
          <Id name={destination.kind === 'srt' ? 'SRT address' : 'RTMP URL'} value={destination.rtmpUrl || null} />
          <Id name="MediaLive channel" value={destination.mediaLiveChannelId} />
          <Id name="MediaConnect output" value={destination.mediaConnectOutputArn} />
        </dl>
      </Section>
    </>
  );
}

/** The channel log, initially open when the destination has a problem. */
function Log({ destination }: { destination: DestinationResource }) {
  const [isOpened, setOpened] = useState(() => presentDestination(destination).tone === 'attention');
  return (
    <details className={classes.log} open={isOpened} onToggle={(event) => setOpened(event.currentTarget.open)}>
      <summary>
        <h3>Channel log</h3>
      </summary>
      <LazyPart fallback={<p className={classes.note}>Loading the log…</p>}>
        {isOpened && <ChannelLog destinationId={destination.destinationId} name={destination.name} />}
        {isOpened && !destination.primary && <LogDetail destination={destination} />}
      </LazyPart>
    </details>
  );
}

function LastOperation({ destination }: { destination: DestinationResource }) {
  const timeline = useTimeline(destination.destinationId);
  const lastId = timeline.data?.find((entry) => entry.operationId !== null)?.operationId ?? null;
  const ended = useOperation(destination.operation ? null : lastId);
  const operation = destination.operation ?? ended.data;
  if (!operation) return null;
  return (
    <Section title={destination.operation ? 'In progress' : 'Last operation'}>
      <OperationSteps operation={operation} />
    </Section>
  );
}

function Costs({ destination }: { destination: DestinationResource }) {
  const { cost } = destination;
  return (
    <>
      <dl className={classes.facts}>
        {destination.status === 'running' && <Fact name="This run">{describeSum(cost.thisRun, cost)}</Fact>}
        <Fact name="While running">{pricePerHour(cost.perHourRunning, cost) ?? PRICE_UNKNOWN}</Fact>
        {!destination.primary && destination.kind === 'channel' && (
          <Fact name="Minimum per start (10 min)">
            {describeSum(cost.minimumPerStart, { isComplete: cost.isMinimumComplete })}
          </Fact>
        )}
        {!destination.primary && (
          <Fact name={destination.standby === 'warm' ? 'Warm standby' : 'Stopped'}>
            {pricePerHour(cost.perHourIdle, { isComplete: true }) ?? PRICE_UNKNOWN}
          </Fact>
        )}
      </dl>
      <p className={classes.note}>{describeParts(cost.parts)}</p>
      {cost.unknownParts.length > 0 && <p className={classes.note}>{describeUnknown(cost.unknownParts)}.</p>}
    </>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={classes.section}>
      <h3>{title}</h3>
      {children}
    </section>
  );
}

function Id({ name, value }: { name: string; value: string | null }) {
  if (value === null) return null;
  return (
    <Fact name={name}>
      <span className={classes.code}>
        <code title={value}>{value}</code>
        <CopyButton value={value} label={`Copy the ${name}`} />
      </span>
    </Fact>
  );
}
