import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlayerPlayFilled, IconPlayerStopFilled } from '@tabler/icons-react';
import { lazy, useState } from 'react';
import type { DestinationResource } from '../../../functions/api/schemas/destinations.ts';
import type { FlowStatusResource } from '../../../functions/api/schemas/flow.ts';
import { useFlowControl } from '../api/flow.ts';
import { isFlowMoving } from '../api/pace.ts';
import { useRoleRefusal, useSession } from '../api/session.ts';
import { showProblem } from '../app/problem-toast.tsx';
import { useServerNow } from '../app/use-now.ts';
import { StopSourceDialog } from '../editor/dialogs.ts';
import {
  formatBitrate,
  formatClock,
  formatCodec,
  formatCoding,
  formatFrameRate,
  formatTimeOfDay,
} from '../ui/format.ts';
import { describeFaults } from './source-faults.ts';
import { presentSource } from './source-presentation.ts';
import { ConnectEncoder } from './ConnectEncoder.tsx';
import { Fact } from '../ui/Fact.tsx';
import { PreviewPlayer } from './PreviewPlayer.tsx';
import { SourcePair } from './SourcePair.tsx';
import { SoundMeter } from './SoundMeter.tsx';
import { StatusWord } from '../destinations/StatusWord.tsx';
import { Warnings } from './Warnings.tsx';
import { LazyPart } from '../ui/LazyPart.tsx';
import classes from './SourceCard.module.css';

/** Not needed for the first picture of the page. */
const PreviewControls = lazy(async () => ({ default: (await import('./PreviewControls.tsx')).PreviewControls }));

interface SourceCardProps {
  flow: FlowStatusResource;
  destinations: readonly DestinationResource[];
  stale: boolean;
}

/** The source: its state, how to connect it, and a picture of it. */
export function SourceCard({ flow, destinations, stale }: SourceCardProps) {
  const presentation = presentSource(flow, destinations);
  const needsPerson = presentation.tone === 'attention';
  const isConnected = flow.source.state === 'connected';
  // After the first encoder the card keeps its layout, so that the list below does not move when the source is lost.
  const [wasConnected, setWasConnected] = useState(isConnected);
  if (isConnected && !wasConnected) setWasConnected(true);
  const [isOpened, { toggle }] = useDisclosure(false);
  const { source } = flow;
  return (
    <section
      className={classes.card}
      aria-labelledby="source-heading"
      data-stale={stale || undefined}
      data-problem={needsPerson || undefined}
      data-unfed={!wasConnected || undefined}
      data-opened={isOpened || undefined}
      tabIndex={-1}
    >
      <PreviewPlayer flow={flow} />
      <div className={classes.state}>
        <div className={classes.heading}>
          <div>
            <h2 id="source-heading">Source</h2>
            <StatusWord {...presentation} tone={stale ? 'stale' : presentation.tone} />
            <Since flow={flow} />
          </div>
          <FlowControl flow={flow} />
        </div>
        {/* Rendered even when empty, so that the list below does not move when the source is lost. */}
        <p className={classes.reason}>
          {(needsPerson || source.state !== 'connected') && presentation.reason}
          {needsPerson && presentation.remedy && <strong>. {presentation.remedy}.</strong>}
          <Faults analysis={source.analysis} />
        </p>
        <Warnings warnings={source.warnings} />
        <div className={classes.more}>
          <SoundMeter analysis={source.analysis} />
          <div className={classes.preview}>
            <LazyPart>
              <PreviewControls />
            </LazyPart>
          </div>
        </div>
        <div className={classes.foot}>
          <Facts source={source} />
          <Button className={classes.fold} size="compact-sm" variant="subtle" aria-expanded={isOpened} onClick={toggle}>
            {isOpened ? 'Less' : 'More'}
          </Button>
        </div>
      </div>
      <ConnectEncoder
        ingest={flow.ingest}
        backup={flow.sources.find(({ role }) => role === 'backup')?.ingest}
        wasConnected={wasConnected}
      />
      <SourcePair flow={flow} stale={stale} />
    </section>
  );
}

/** What is wrong with picture and sound, in the line that is there anyway. */
function Faults({ analysis }: { analysis: FlowStatusResource['source']['analysis'] }) {
  const now = useServerNow();
  const faults = describeFaults(analysis, now);
  return faults.length === 0 ? null : <strong className={classes.fault}> {faults.join('. ')}.</strong>;
}

function Since({ flow }: { flow: FlowStatusResource }) {
  const now = useServerNow();
  const { state, since } = flow.source;
  if (!since || state === 'off' || isFlowMoving(flow)) return <span className={classes.since} />;
  return (
    <span className={classes.since}>
      for {formatClock(now - Date.parse(since))} · since {formatTimeOfDay(since)}
    </span>
  );
}

function FlowControl({ flow }: { flow: FlowStatusResource }) {
  const start = useFlowControl('start');
  const [isAsked, setAsked] = useState(false);
  const refusal = useRoleRefusal('operator');
  const moving = isFlowMoving(flow);
  if (flow.status === 'ACTIVE' || flow.status === 'UPDATING' || flow.status === 'STOPPING') {
    return (
      <>
        <Button
          size="sm"
          variant="default"
          leftSection={<IconPlayerStopFilled size={15} />}
          loading={moving}
          data-disabled={refusal !== undefined || undefined}
          aria-disabled={refusal !== undefined || undefined}
          aria-description={refusal}
          data-hint={refusal}
          onClick={() => !refusal && setAsked(true)}
        >
          Stop source
        </Button>
        <LazyPart>{isAsked && <StopSourceDialog onClose={() => setAsked(false)} />}</LazyPart>
      </>
    );
  }
  return (
    <Button
      size="sm"
      leftSection={<IconPlayerPlayFilled size={15} />}
      loading={start.isPending || moving}
      data-disabled={refusal !== undefined || undefined}
      aria-disabled={refusal !== undefined || undefined}
      aria-description={refusal}
      data-hint={refusal}
      onClick={() => !refusal && start.mutateAsync().catch((error: unknown) => showProblem(error, 'Start the source'))}
    >
      Start source
    </Button>
  );
}

/** SRT recovers a small loss; a larger one uses up its latency. */
const LOUD_LOSS_PERCENT = 5;

function Facts({ source }: { source: FlowStatusResource['source'] }) {
  const { video, audio, continuityErrors, packetLossPercent, roundTripMs } = source;
  const isOnAws = useSession().data?.embedded === false;
  const sound = audio && [
    formatCodec(audio.codec),
    audio.sampleRateHz && `${audio.sampleRateHz / 1000} kHz`,
    channelWord(audio.channels),
  ];
  return (
    <dl className={classes.facts}>
      <Fact name="Bitrate">{formatBitrate(source.bitrateBps)}</Fact>
      <Fact name="Frame rate">
        {formatFrameRate(video?.framesPerSecond)}
        {video?.framesPerSecond ? ' fps' : ''}
      </Fact>
      <Fact name="Picture">{video?.width ? `${video.width} × ${video.height}` : '–'}</Fact>
      <Fact name="Packet loss" tone={(packetLossPercent ?? 0) >= LOUD_LOSS_PERCENT ? 'motion' : undefined}>
        {packetLossPercent === null ? '–' : `${packetLossPercent.toFixed(1)} %`}
      </Fact>
      <Fact name="Audio">{sound ? sound.filter(Boolean).join(' · ') : '–'}</Fact>
      {source.audioTracks.length > 1 && (
        <Fact name="Audio tracks">{source.audioTracks.map(describeTrack).join(', ')}</Fact>
      )}
      <Fact name="Round trip">{roundTripMs === null ? '–' : `${Math.round(roundTripMs)} ms`}</Fact>
      <Fact name="Continuity errors" tone={continuityErrors ? 'motion' : undefined}>
        {continuityErrors ?? '–'}
      </Fact>
      <Fact name="Video">{video ? formatCoding(video, isOnAws) : '–'}</Fact>
    </dl>
  );
}

/** Returns what tells a track apart: PID, language, channels. */
function describeTrack({ pid, language, channels }: FlowStatusResource['source']['audioTracks'][number]): string {
  return [pid, language, channelWord(channels)].filter((part) => part !== null).join(' ');
}

function channelWord(channels: number | null): string | null {
  if (channels === null) return null;
  return channels === 1 ? 'mono' : channels === 2 ? 'stereo' : `${channels} channels`;
}
