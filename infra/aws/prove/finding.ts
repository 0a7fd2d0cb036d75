import { ASSUMPTIONS, type AssumptionId } from './assumptions.ts';

/** What a proof has found out about one assumption. */
export type Outcome = 'holds' | 'does not hold' | 'not decided';

export interface Finding {
  id: AssumptionId;
  outcome: Outcome;
  /** What AWS answered, or why nothing was decided. Free of stream keys. */
  seen: string[];
}

/** A made-up stream key. It opens nothing; it only has to be recognizable. */
export function wrongKeyOf(runId: string): string {
  return `wrong-key-of-proof-${runId}`;
}

const URL_PATH = /\b(rtmps?:\/\/[^\s/?#"']+)[/?#][^\s"']*/gi;
/** An AWS error never needs more than this to be understood. */
const LENGTH_MAX = 600;

/** Takes the made-up key and the paths of RTMP addresses out of a text. */
export function redact(text: string, runId: string): string {
  return text.replaceAll(wrongKeyOf(runId), '[made-up key]').replaceAll(URL_PATH, '$1/[redacted]').slice(0, LENGTH_MAX);
}

/** AWS's own words of a refusal: name, HTTP status, message and request id. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return 'an unknown error';
  const { httpStatusCode: status, requestId = 'none' } =
    (error as { $metadata?: { httpStatusCode?: number; requestId?: string } }).$metadata ?? {};
  const answer = status === undefined ? 'no answer' : `HTTP ${status}`;
  return `${error.name} (${answer}): ${error.message} [request id ${requestId}]`;
}

/** The request id of an answer, as evidence. */
export function requestIdOfAnswer(answer: { $metadata: { requestId?: string | undefined } }): string {
  return `request id ${answer.$metadata.requestId ?? 'none'}`;
}

/** What to do about a finding; null when nothing has to be done. */
export function changeOf({ id, outcome }: Finding): string | null {
  return outcome === 'does not hold' ? ASSUMPTIONS[id].change : null;
}
