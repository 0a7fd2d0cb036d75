import { Button } from '@mantine/core';
import { IconArrowsExchange } from '@tabler/icons-react';
import { lazy } from 'react';
import type { FlowStatusResource } from '../../../functions/api/schemas/flow.ts';
import { useSwitchSource } from '../api/flow.ts';
import { useRoleRefusal, useSession } from '../api/session.ts';
import { showDone, showProblem } from '../app/problem-toast.tsx';
import { useServerNow } from '../app/use-now.ts';
import { StatusWord } from '../destinations/StatusWord.tsx';
import { Fact } from '../ui/Fact.tsx';
import { formatBitrate, formatMoment } from '../ui/format.ts';
import { presentListener, SOURCE_NAMES, whyNoSwitch } from './listener-presentation.ts';
import { NO_STANDBY_PICTURE_ON_AWS } from './no-picture.ts';
import { LazyPart } from '../ui/LazyPart.tsx';
import classes from './SourcePair.module.css';

/** Only a flow with two sources has a preference and a standby. */
const SourcePreference = lazy(async () => ({ default: (await import('./SourcePreference.tsx')).SourcePreference }));

const StandbyPicture = lazy(async () => ({ default: (await import('./StandbyPicture.tsx')).StandbyPicture }));

interface SourcePairProps {
  flow: FlowStatusResource;
  stale: boolean;
}

/** Both sources: which one is in use, what arrives at each, and how to change. */
export function SourcePair({ flow, stale }: SourcePairProps) {
  const isFlowUp = flow.status === 'ACTIVE' || flow.status === 'UPDATING';
  return (
    <section
      className={classes.pair}
      aria-labelledby="sources-heading"
      data-alone={flow.sources.length < 2 || undefined}
    >
      <h3 id="sources-heading">Main and backup</h3>
      {flow.sources.length < 2 ? (
        <NoBackup />
      ) : (
        <>
          <ul className={classes.list}>
            {flow.sources.map((source) => (
              <SourceLine key={source.role} source={source} isFlowUp={isFlowUp} stale={stale} />
            ))}
          </ul>
          <LazyPart>
            <SourcePreference preferred={flow.preferredSource} />
          </LazyPart>
        </>
      )}
    </section>
  );
}

function NoBackup() {
  const isEmbedded = useSession().data?.embedded === true;
  return (
    <p className={classes.note}>
      No backup source. If the encoder or its line fails, the picture is gone.{' '}
      <b>
        {isEmbedded
          ? 'Restart Sluice with SRT_BACKUP_PORT=9997.'
          : 'Add source.backup to the environment file and deploy.'}
      </b>
    </p>
  );
}

interface SourceLineProps {
  source: FlowStatusResource['sources'][number];
  isFlowUp: boolean;
  stale: boolean;
}

function SourceLine({ source, isFlowUp, stale }: SourceLineProps) {
  const now = useServerNow();
  const { role, bitrateBps, packetLossPercent, roundTripMs, lastSeenAt, isConnected } = source;
  const { note, ...presentation } = presentListener(source, isFlowUp);
  const isEmbedded = useSession().data?.embedded;
  const isStandby = source.isInUse !== true;
  return (
    <li className={classes.source} aria-label={`${SOURCE_NAMES[role]} source`} data-stale={stale || undefined}>
      <div className={classes.name}>
        <strong>{SOURCE_NAMES[role]}</strong>
        <StatusWord {...presentation} tone={stale ? 'stale' : presentation.tone} />
        {isStandby && isEmbedded && (
          <figure className={classes.standby} data-more>
            <LazyPart>
              <StandbyPicture source={source} isFlowUp={isFlowUp} />
            </LazyPart>
          </figure>
        )}
      </div>
      <dl className={classes.facts}>
        <Fact name="Bitrate">{formatBitrate(bitrateBps)}</Fact>
        <Fact name="Packet loss">{packetLossPercent === null ? '–' : `${packetLossPercent.toFixed(1)} %`}</Fact>
        <Fact name="Round trip">{roundTripMs === null ? '–' : `${Math.round(roundTripMs)} ms`}</Fact>
        <Fact name="Last seen">{isConnected ? 'now' : lastSeenAt === null ? '–' : formatMoment(lastSeenAt, now)}</Fact>
      </dl>
      <p className={classes.note}>{note || (isStandby && isEmbedded === false && NO_STANDBY_PICTURE_ON_AWS)}</p>
      {isStandby && <SwitchButton source={source} isFlowUp={isFlowUp} />}
    </li>
  );
}

function SwitchButton({ source, isFlowUp }: Omit<SourceLineProps, 'stale'>) {
  const change = useSwitchSource();
  const roleRefusal = useRoleRefusal('operator');
  const refusal = roleRefusal ?? whyNoSwitch(source, isFlowUp);
  const switchNow = async () => {
    try {
      showDone(
        (await change.mutateAsync(source.role))
          ? `The ${source.role} source is in use.`
          : `MediaConnect accepted. The ${source.role} source stays preferred until the metrics show it in use.`,
      );
    } catch (error) {
      showProblem(error, 'Switch the source');
    }
  };
  return (
    <Button
      size="compact-sm"
      variant="default"
      leftSection={<IconArrowsExchange size={15} />}
      loading={change.isPending}
      aria-label={`Switch now to ${source.role}`}
      data-disabled={refusal !== undefined || undefined}
      aria-disabled={refusal !== undefined || undefined}
      aria-description={refusal}
      data-hint={refusal ?? 'Viewers see a short glitch; destinations keep their connections'}
      onClick={() => refusal === undefined && void switchNow()}
    >
      Switch now
    </Button>
  );
}
