import { Button } from '@mantine/core';
import { IconPlayerPlayFilled, IconPlayerStopFilled } from '@tabler/icons-react';
import type { FlowStatusResource } from '../../../functions/api/schemas.ts';
import { isFlowMoving, useFlowControl } from '../api/flow.ts';
import { useRoleRefusal } from '../api/session.ts';
import { showProblem } from '../app/problem-toast.tsx';
import { useServerNow } from '../app/use-now.ts';
import { formatBitrate, formatClock, formatCodec, formatFrameRate, formatTimeOfDay } from '../presentation/format.ts';
import { presentSource } from '../presentation/source-presentation.ts';
import { ConfirmButton } from './ConfirmButton.tsx';
import { ConnectEncoder } from './ConnectEncoder.tsx';
import { Fact } from './Fact.tsx';
import { PreviewPlayer } from './PreviewPlayer.tsx';
import { PrimaryControl } from './PrimaryControl.tsx';
import { StatusWord } from './StatusWord.tsx';
import { Warnings } from './Warnings.tsx';
import classes from './SourceCard.module.css';

/** The one source: what it is doing, how to feed it, and a picture of it. */
export function SourceCard({ flow, stale }: { flow: FlowStatusResource; stale: boolean }) {
  const presentation = presentSource(flow);
  const { source } = flow;
  return (
    <section className={classes.card} aria-labelledby="source-heading" data-stale={stale || undefined}>
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
        {presentation.reason && source.state !== 'connected' && <p className={classes.reason}>{presentation.reason}</p>}
        {presentation.remedy && source.state === 'failed' && <p className={classes.remedy}>{presentation.remedy}</p>}
        <Warnings warnings={source.warnings} />
        <PrimaryControl />
        <Facts source={source} />
      </div>
      <ConnectEncoder ingest={flow.ingest} connected={source.state === 'connected'} />
    </section>
  );
}

function Since({ flow }: { flow: FlowStatusResource }) {
  const now = useServerNow();
  const { state, since } = flow.source;
  if (!since || state === 'off' || isFlowMoving(flow)) return null;
  return (
    <span className={classes.since}>
      for {formatClock(now - Date.parse(since))} · since {formatTimeOfDay(since)}
    </span>
  );
}

function FlowControl({ flow }: { flow: FlowStatusResource }) {
  const start = useFlowControl('start');
  const stop = useFlowControl('stop');
  const refusal = useRoleRefusal('operator');
  const moving = isFlowMoving(flow);
  if (flow.status === 'ACTIVE' || flow.status === 'UPDATING' || flow.status === 'STOPPING') {
    return (
      <ConfirmButton
        label="Stop source"
        confirmLabel="Stop source"
        busyLabel="Stopping"
        explanation={refusal ?? 'Every destination loses its picture.'}
        busy={stop.isPending || moving}
        disabled={refusal !== undefined}
        icon={<IconPlayerStopFilled size={15} />}
        onConfirm={() => stop.mutateAsync().catch((error: unknown) => showProblem(error, 'Stop the source'))}
      />
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

/** SRT repairs a little loss; this much eats up its latency. */
const LOUD_LOSS_PERCENT = 5;

function Facts({ source }: { source: FlowStatusResource['source'] }) {
  const { video, audio, continuityErrors, packetLossPercent, roundTripMs } = source;
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
      <Fact name="Picture">{video && video.width > 0 ? `${video.width} × ${video.height}` : '–'}</Fact>
      <Fact name="Video">{video ? formatCodec(video.codec) : '–'}</Fact>
      <Fact name="Audio">{sound ? sound.filter(Boolean).join(' · ') : '–'}</Fact>
      {packetLossPercent !== null && (
        <Fact name="Packet loss" tone={packetLossPercent >= LOUD_LOSS_PERCENT ? 'motion' : undefined}>
          {packetLossPercent.toFixed(1)} %
        </Fact>
      )}
      {roundTripMs !== null && <Fact name="Round trip">{Math.round(roundTripMs)} ms</Fact>}
      <Fact name="Continuity errors" tone={continuityErrors ? 'motion' : undefined}>
        {continuityErrors ?? '–'}
      </Fact>
    </dl>
  );
}

function channelWord(channels: number | null): string | null {
  if (channels === null) return null;
  return channels === 1 ? 'mono' : channels === 2 ? 'stereo' : `${channels} channels`;
}
