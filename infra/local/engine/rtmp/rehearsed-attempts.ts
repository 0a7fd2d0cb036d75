import type { ConnectionFailure } from '../../../../functions/connect/rtmp/connection-failure.ts';
import type { RehearsedChannelFault } from '../contract.ts';

/** The outcome of an attempt during a simulated failure, and the time a real platform would take. */
export const REHEARSED_ATTEMPTS: Partial<
  Record<RehearsedChannelFault, { afterMs: number; failure: ConnectionFailure }>
> = {
  key_refused: {
    afterMs: 100,
    failure: {
      code: 'stream_key_rejected',
      detail: 'rehearsal: the platform refuses the stream key',
      rejection: 'explicit',
    },
  },
  // A frozen server's system still accepts connections, but no process reads the data.
  platform_frozen: {
    afterMs: 10_000,
    failure: {
      code: 'handshake_unanswered',
      detail: 'rehearsal: the server did not answer the RTMP handshake',
      rejection: 'none',
    },
  },
};
