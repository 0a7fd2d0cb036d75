import { useEffect, useRef, useState } from 'react';
import { playRecording } from './play-recording.ts';
import classes from './Recordings.module.css';

/** Plays a recording. */
export function RecordingPlayer({ url, name }: { url: string; name: string }) {
  const video = useRef<HTMLVideoElement>(null);
  const [hasFailed, setFailed] = useState(false);
  useEffect(() => playRecording(video.current!, url, () => setFailed(true)), [url]);
  return (
    <div className={classes.player}>
      {/* A recording of the feed has no captions. */}
      <video ref={video} controls playsInline aria-label={name} />
      {hasFailed && (
        <p role="alert" className={classes.problem}>
          This browser cannot play the recording. Check the connection and play it again, or download it.
        </p>
      )}
    </div>
  );
}
