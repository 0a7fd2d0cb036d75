import type { DestinationResource } from '../../../functions/api/schemas/destinations.ts';
import { useRecentBitrates } from '../api/destinations.ts';
import { sparklinePath } from '../api/bitrate-history.ts';
import type { Tone } from '../ui/tone.ts';
import { formatBitrate, formatFrameRate } from '../ui/format.ts';
import classes from './BitrateCell.module.css';

interface BitrateCellProps {
  destination: DestinationResource;
  tone: Tone;
}

const SPARKLINE = { width: 240, height: 26 };

/** Shows the sent bitrate against the target, and its last two minutes. */
export function BitrateCell({ destination, tone }: BitrateCellProps) {
  const { bitrateBps, targetBitrateBps, framesPerSecond } = destination;
  const recent = useRecentBitrates(destination.destinationId);
  const ceilingBps = (targetBitrateBps ?? 0) * 1.15;
  const share = targetBitrateBps ? Math.min(1, (bitrateBps ?? 0) / targetBitrateBps) : null;
  const line = sparklinePath(recent, { ...SPARKLINE, ceilingBps });
  return (
    <div className={classes.cell} data-tone={tone}>
      <div className={classes.figures}>
        <b>{formatBitrate(bitrateBps)}</b>
        {targetBitrateBps !== null && <span>of {formatBitrate(targetBitrateBps)}</span>}
        {framesPerSecond !== null && <span className={classes.frames}>{formatFrameRate(framesPerSecond)} fps</span>}
      </div>
      <svg
        className={classes.sparkline}
        viewBox={`0 0 ${SPARKLINE.width} ${SPARKLINE.height}`}
        preserveAspectRatio="none"
        aria-hidden="true"
      >
        <path
          d={line}
          fill="none"
          stroke="currentColor"
          strokeWidth="1.6"
          vectorEffect="non-scaling-stroke"
          strokeLinejoin="round"
        />
      </svg>
      {share !== null && (
        <div
          className={classes.meter}
          role="meter"
          aria-label="Bitrate against target"
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={Math.round(share * 100)}
        >
          <span style={{ width: `${share * 100}%` }} />
        </div>
      )}
    </div>
  );
}
