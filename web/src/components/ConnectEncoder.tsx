import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlugConnected } from '@tabler/icons-react';
import type { FlowStatusResource } from '../../../functions/api/schemas.ts';
import { ffmpegLine } from '../presentation/source-presentation.ts';
import { CopyButton } from './CopyButton.tsx';
import classes from './ConnectEncoder.module.css';

/** How to feed the source: the address, and the same thing in the words of ffmpeg and OBS. */
export function ConnectEncoder({ ingest, connected }: { ingest: FlowStatusResource['ingest']; connected: boolean }) {
  const [opened, { toggle }] = useDisclosure(false);
  return (
    <section
      className={classes.connect}
      data-folded={(connected && !opened) || undefined}
      aria-label="Connect your encoder"
    >
      <div className={classes.heading}>
        <h3>
          <IconPlugConnected size={17} aria-hidden="true" />
          {connected ? 'Encoder' : 'Connect your encoder'}
        </h3>
        {connected && (
          <Button className={classes.fold} size="compact-sm" variant="subtle" aria-expanded={opened} onClick={toggle}>
            {opened ? 'Fewer details' : 'ffmpeg and OBS'}
          </Button>
        )}
      </div>
      <Line name="SRT address" value={ingest.srtUrl} />
      <p className={classes.note}>
        Port {ingest.port} · latency {ingest.latencyMs} ms ·{' '}
        {ingest.encrypted ? 'encrypted: the passphrase is needed' : 'not encrypted'}
      </p>
      <div className={classes.more}>
        <Line name="ffmpeg" value={ffmpegLine(ingest)} />
        <p className={classes.note}>
          <b>OBS</b>: Settings → Stream → Service <b>Custom</b>, Server = the SRT address, stream key empty.
        </p>
      </div>
    </section>
  );
}

function Line({ name, value }: { name: string; value: string }) {
  return (
    <div className={classes.line}>
      <span className={classes.name}>{name}</span>
      <span className={classes.value}>
        <code title={value}>{value}</code>
        <CopyButton value={value} label={`Copy: ${name}`} />
      </span>
    </div>
  );
}
