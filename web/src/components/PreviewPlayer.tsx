import { ActionIcon, Tooltip } from '@mantine/core';
import { IconVolume, IconVolumeOff } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import type { FlowStatusResource } from '../../../functions/api/schemas.ts';
import { Mark } from './Wordmark.tsx';
import classes from './PreviewPlayer.module.css';

type SourceState = FlowStatusResource['source']['state'];

const NO_PICTURE: Record<SourceState, string> = {
  off: 'The source is off',
  waiting: 'No picture until an encoder connects',
  connected: 'The picture is on its way',
  failed: 'No picture',
};

/** What the viewers of the HLS channel see, muted, with how far behind live it is. */
export function PreviewPlayer({ hlsUrl, sourceState }: { hlsUrl: string | null; sourceState: SourceState }) {
  const video = useRef<HTMLVideoElement>(null);
  const [playing, setPlaying] = useState(false);
  const [muted, setMuted] = useState(true);
  const [latencySeconds, setLatencySeconds] = useState<number | null>(null);
  const address = sourceState === 'connected' ? hlsUrl : null;

  useEffect(() => {
    const element = video.current;
    if (!address || !element) return;
    let stop: (() => void) | undefined;
    let left = false;
    void import('./hls-playback.ts').then(({ playHls }) => {
      if (left) return;
      stop = playHls(element, address, { onPlaying: setPlaying, onLatency: setLatencySeconds });
    });
    return () => {
      left = true;
      stop?.();
      setPlaying(false);
      setLatencySeconds(null);
    };
  }, [address]);

  const soundLabel = muted ? 'Sound on' : 'Sound off';
  return (
    <div className={classes.frame}>
      <video
        ref={video}
        className={classes.video}
        muted={muted}
        playsInline
        autoPlay
        disablePictureInPicture
        aria-label="Preview"
      />
      {!playing && (
        <div className={classes.placeholder}>
          <Mark size={44} />
          <span>{NO_PICTURE[sourceState]}</span>
        </div>
      )}
      {playing && (
        <div className={classes.overlay}>
          <span className={classes.latency}>
            HLS preview{latencySeconds === null ? '' : ` · ${latencySeconds.toFixed(1)} s behind`}
          </span>
          <Tooltip label={soundLabel}>
            <ActionIcon
              className={classes.sound}
              variant="transparent"
              aria-label={soundLabel}
              onClick={() => setMuted(!muted)}
            >
              {muted ? <IconVolumeOff size={17} /> : <IconVolume size={17} />}
            </ActionIcon>
          </Tooltip>
        </div>
      )}
    </div>
  );
}
