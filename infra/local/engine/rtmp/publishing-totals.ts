import type { ChannelReport } from '../contract.ts';

/** Counts since the session began. */
export type SessionTotals = Pick<ChannelReport, 'framesSent' | 'unsentFrames' | 'bytesSent'>;

/** The counts of all sessions of one publisher. */
export interface PublishingTotals {
  /** Notes the beginning of a session, which is a reconnection when one was lost before it. */
  sessionBegun(): void;
  sessionEnded(totals: SessionTotals): void;
  /** Notes that the ended session was lost, not ended for want of something to send. */
  sessionLost(): void;
  /** Returns the counts including those of the current session, if there is one. */
  report(current: SessionTotals | undefined): SessionTotals & Pick<ChannelReport, 'reconnects'>;
}

const NOTHING: SessionTotals = { framesSent: 0, unsentFrames: 0, bytesSent: 0 };

/** Creates totals of zero. */
export function createPublishingTotals(): PublishingTotals {
  let ended = NOTHING;
  let reconnects = 0;
  let wasLost = false;
  return {
    sessionBegun() {
      if (wasLost) reconnects += 1;
      wasLost = false;
    },
    sessionEnded(totals) {
      ended = add(ended, totals);
    },
    sessionLost() {
      wasLost = true;
    },
    report: (current = NOTHING) => ({ ...add(ended, current), reconnects }),
  };
}

function add(left: SessionTotals, right: SessionTotals): SessionTotals {
  return {
    framesSent: left.framesSent + right.framesSent,
    unsentFrames: left.unsentFrames + right.unsentFrames,
    bytesSent: left.bytesSent + right.bytesSent,
  };
}
