import type { OutputProblem } from '../../../../functions/domain/output-problem.ts';

/** Why a call did not begin or has ended. */
export interface CallFailure {
  code: OutputProblem;
  /** A sentence without the passphrase. */
  detail: string;
  /** True when another attempt fails the same way until someone changes something. */
  isFinal: boolean;
}

const BAD_SECRET = 1010;
const UNSECURE = 1011;
/** From here on a receiver's own reasons, in the numbers of HTTP. */
const OWN_REASONS_FROM = 2000;

const REASONS: Record<number, string> = {
  1002: 'the receiver refused the connection',
  1003: 'the receiver has no room for another connection',
  1005: 'too many callers wait for the receiver',
  1007: 'the receiver is shutting down',
  1008: 'the receiver speaks another version of SRT',
  1012: 'the receiver expects files instead of a live stream',
  1013: 'the receiver expects files instead of a live stream',
  2400: 'the receiver cannot read the stream ID',
  2401: 'the receiver does not accept the stream ID’s credentials',
  2403: 'the receiver does not admit this stream ID',
  2404: 'the receiver does not know this stream ID',
  2409: 'the receiver already has a stream with this ID',
};

/**
 * Describes a rejection.
 * @param reason SRT's number; 0 for a listener that could not read the key
 */
export function describeRejection(reason: number, isEncrypted: boolean): CallFailure {
  if (reason === 0 || reason === BAD_SECRET) {
    return { code: 'passphrase_rejected', detail: 'the receiver has another passphrase', isFinal: true };
  }
  if (reason === UNSECURE) {
    const detail = isEncrypted ? 'the receiver has no passphrase' : 'the receiver expects a passphrase';
    return { code: 'passphrase_rejected', detail, isFinal: true };
  }
  const known = REASONS[reason] ?? 'the receiver refused the connection';
  return { code: 'receiver_rejected', detail: `${known} (${reason})`, isFinal: reason >= OWN_REASONS_FROM };
}

/** Describes an error of the UDP socket. */
export function describeSocketError(code: string | undefined, isConnected: boolean): CallFailure {
  if (isConnected) return LOST;
  if (code === 'ECONNREFUSED') {
    return { code: 'connection_refused', detail: 'nothing listens on this port', isFinal: false };
  }
  return { code: 'connect_timeout', detail: `the receiver cannot be reached (${code ?? 'unknown'})`, isFinal: false };
}

export const LOST: CallFailure = {
  code: 'connection_lost',
  detail: 'the receiver no longer answers',
  isFinal: false,
};

export const HUNG_UP: CallFailure = {
  code: 'connection_lost',
  detail: 'the receiver ended the connection',
  isFinal: false,
};

export const UNANSWERED: CallFailure = {
  code: 'connect_timeout',
  detail: 'the receiver does not answer',
  isFinal: false,
};
