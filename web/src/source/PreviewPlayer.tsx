import { ActionIcon } from '@mantine/core';
import { IconVolume, IconVolumeOff } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import type { FlowStatusResource } from '../../../functions/api/schemas/flow.ts';
import { usePrimary } from '../api/primary.ts';
import { formatBitrate } from '../ui/format.ts';
import { SOURCE_NAMES } from './listener-presentation.ts';
import { explainNoPicture } from './no-picture.ts';
import type { Playback, Quality } from './hls-playback.ts';
import { SourceThumbnail } from './SourceThumbnail.tsx';
import { Mark } from '../ui/Wordmark.tsx';
import classes from './PreviewPlayer.module.css';

/** A browser does not retry a failed import until the page is reloaded. */
const NO_PLAYER = 'The player failed to load. Reload the page when the server is back';

/** Plays the HLS preview, muted at first, and shows its latency. */
export function PreviewPlayer({ flow }: { flow: FlowStatusResource }) {
  const { hlsUrl } = flow.preview;
  const sourceState = flow.source.state;
  const mode = usePrimary().data?.mode;
  const video = useRef<HTMLVideoElement>(null);
  const [playing, setPlaying] = useState(false);
  const [muted, setMuted] = useState(true);
  const [missing, setMissing] = useState(false);
  const [qualities, setQualities] = useState<readonly Quality[]>([]);
  const [quality, setQuality] = useState('');
  const playback = useRef<Playback | null>(null);
  const [latencySeconds, setLatencySeconds] = useState<number | null>(null);
  const address = sourceState === 'connected' ? hlsUrl : null;

  useEffect(() => {
    const element = video.current;
    if (!address || !element) return;
    let left = false;
    const play = async (): Promise<void> => {
      try {
        const { playHls } = await import('./hls-playback.ts');
        if (left) return;
        playback.current = playHls(element, address, {
          onPlaying: setPlaying,
          onLatency: setLatencySeconds,
          onQualities: setQualities,
        });
      } catch {
        setMissing(true);
      }
    };
    void play();
    return () => {
      left = true;
      playback.current?.stop();
      playback.current = null;
      setQualities([]);
      setQuality('');
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
          <span>{missing && sourceState === 'connected' ? NO_PLAYER : explainNoPicture(flow, mode)}</span>
        </div>
      )}
      {!playing && sourceState === 'connected' && <SourceThumbnail />}
      {sourceState === 'connected' && <SourceInUse sources={flow.sources} />}
      {playing && (
        <div className={classes.overlay}>
          <span className={classes.latency}>
            HLS preview{latencySeconds === null ? '' : ` · ${latencySeconds.toFixed(1)} s behind`}
          </span>
          {qualities.length > 0 && (
            <QualityChoice
              qualities={qualities}
              chosen={quality}
              onChoose={(value) => {
                setQuality(value);
                playback.current?.choose(value === '' ? null : Number(value));
              }}
            />
          )}
          <ActionIcon
            className={classes.sound}
            variant="transparent"
            aria-label={soundLabel}
            data-hint={soundLabel}
            onClick={() => setMuted(!muted)}
          >
            {muted ? <IconVolumeOff size={17} /> : <IconVolume size={17} />}
          </ActionIcon>
        </div>
      )}
    </div>
  );
}

/** Names the source that the picture comes from, where there are two. */
function SourceInUse({ sources }: Pick<FlowStatusResource, 'sources'>) {
  const inUse = sources.length > 1 && sources.find(({ isInUse }) => isInUse);
  return inUse ? <span className={classes.inUse}>{SOURCE_NAMES[inUse.role]} · in use</span> : null;
}

interface QualityChoiceProps {
  qualities: readonly Quality[];
  /** A level as text; empty means automatic. */
  chosen: string;
  onChoose: (level: string) => void;
}

/** Selects the quality; the player chooses by default. */
function QualityChoice({ qualities, chosen, onChoose }: QualityChoiceProps) {
  return (
    <select
      className={classes.quality}
      aria-label="Quality"
      value={chosen}
      onChange={(event) => onChoose(event.currentTarget.value)}
    >
      <option value="">Automatic</option>
      {qualities.map(({ level, height, bitrateBps }) => (
        <option key={level} value={level}>
          {height ? `${height}p · ` : ''}
          {formatBitrate(bitrateBps)}
        </option>
      ))}
    </select>
  );
}
