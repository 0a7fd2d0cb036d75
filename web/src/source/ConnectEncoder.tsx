import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlugConnected } from '@tabler/icons-react';
import type { FlowStatusResource } from '../../../functions/api/schemas/flow.ts';
import { useEncoderAddress } from '../api/flow.ts';
import { useSeesPassphrase } from '../api/session.ts';
import { coverPassphrase, ffmpegLine } from './source-presentation.ts';
import { CopyButton } from '../ui/CopyButton.tsx';
import { Warnings } from './Warnings.tsx';
import classes from './ConnectEncoder.module.css';

type Ingest = FlowStatusResource['ingest'];

interface ConnectEncoderProps {
  ingest: Ingest;
  /** Absent without a backup source. */
  backup: Ingest | undefined;
  /** An encoder has been connected before, so the instructions start collapsed. */
  wasConnected: boolean;
}

/** How to connect an encoder: the address, an ffmpeg command and OBS settings. */
export function ConnectEncoder({ ingest, backup, wasConnected }: ConnectEncoderProps) {
  const [opened, { toggle }] = useDisclosure(false);
  const [isShown, { toggle: toggleShown }] = useDisclosure(false);
  const canShow = useSeesPassphrase() && (ingest.encrypted || backup?.encrypted === true);
  const { data: address } = useEncoderAddress(ingest, { enabled: canShow });
  const srtUrl = (canShow && address?.srtUrl) || ingest.srtUrl;
  return (
    <section
      className={classes.connect}
      data-folded={(wasConnected && !opened) || undefined}
      data-opened={opened || undefined}
      data-known={wasConnected || undefined}
      aria-labelledby="encoder-heading"
    >
      <div className={classes.heading}>
        <h3 id="encoder-heading">
          <IconPlugConnected size={17} aria-hidden="true" />
          {wasConnected ? 'Encoder' : 'Connect your encoder'}
        </h3>
        <Button className={classes.fold} size="compact-sm" variant="subtle" aria-expanded={opened} onClick={toggle}>
          {opened ? 'Less' : wasConnected ? 'Show the address' : 'ffmpeg and OBS'}
        </Button>
      </div>
      <Line name="SRT address" copyLabel="Copy the SRT address" value={srtUrl} covered={!isShown} />
      {backup && (
        <Line
          name="SRT address of the backup"
          copyLabel="Copy the SRT address of the backup"
          value={(canShow && address?.backup?.srtUrl) || backup.srtUrl}
          covered={!isShown}
        />
      )}
      {!ingest.encrypted && <Warnings warnings={[openListener(ingest)]} />}
      <div className={classes.more}>
        <p className={classes.note}>
          Port {ingest.port} · latency {ingest.latencyMs} ms · {ingest.encrypted ? 'encrypted' : 'not encrypted'}
          {canShow && address && (
            <Button size="compact-xs" variant="subtle" aria-pressed={isShown} onClick={toggleShown}>
              {isShown ? 'Hide passphrase' : 'Show passphrase'}
            </Button>
          )}
        </p>
        <Line name="ffmpeg" copyLabel="Copy the ffmpeg command" value={ffmpegLine(srtUrl)} covered={!isShown} />
        <p className={classes.note}>
          <b>OBS</b>: Settings → Stream → Service <b>Custom</b>, Server = the SRT address, stream key empty.
        </p>
      </div>
    </section>
  );
}

function openListener({ port }: Ingest) {
  return {
    code: 'listener_open',
    detail: `No passphrase: anyone who reaches UDP port ${port} can put a picture on air.`,
    remedy: 'Restart Sluice with SRT_PASSPHRASE=generate, then give the encoder the new address.',
  };
}

interface LineProps {
  name: string;
  copyLabel: string;
  value: string;
  covered: boolean;
}

/** Copies the full text, but may show it without the passphrase, for shared screens. */
function Line({ name, copyLabel, value, covered }: LineProps) {
  const shown = covered ? coverPassphrase(value) : value;
  return (
    <div className={classes.line}>
      <span className={classes.name}>{name}</span>
      <span className={classes.value}>
        <code title={shown}>{shown}</code>
        <CopyButton value={value} label={copyLabel} />
      </span>
    </div>
  );
}
