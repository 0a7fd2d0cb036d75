import { ASSUMPTIONS, type AssumptionId } from './assumptions.ts';

/** What a proof found about one assumption. */
export type Outcome = 'holds' | 'does not hold' | 'not decided';

export interface Finding {
  id: AssumptionId;
  outcome: Outcome;
  /** AWS's answer, or why nothing was decided. Contains no stream key. */
  seen: string[];
}

/** Returns a made-up stream key. It opens nothing and only has to be recognizable. */
export function wrongKeyOf(runId: string): string {
  return `wrong-key-of-proof-${runId}`;
}

const URL_PATH = /\b(rtmps?:\/\/[^\s/?#"']+)[/?#][^\s"']*/gi;
/** Long enough to understand any AWS error. */
const LENGTH_MAX = 600;

/** Removes the made-up key and the paths of RTMP URLs from a text. */
export function redact(text: string, runId: string): string {
  return text.replaceAll(wrongKeyOf(runId), '[made-up key]').replaceAll(URL_PATH, '$1/[redacted]').slice(0, LENGTH_MAX);
}

/** Describes AWS's refusal: name, HTTP status, message and request id. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return 'an unknown error';
  const { httpStatusCode: status, requestId = 'none' } =
    (error as { $metadata?: { httpStatusCode?: number; requestId?: string } }).$metadata ?? {};
  const answer = status === undefined ? 'no answer' : `HTTP ${status}`;
  return `${error.name} (${answer}): ${error.message} [request id ${requestId}]`;
}

/** Returns the request id of an answer, as evidence. */
export function requestIdOfAnswer(answer: { $metadata: { requestId?: string | undefined } }): string {
  return `request id ${answer.$metadata.requestId ?? 'none'}`;
}

/** Returns what to change for a finding; null if nothing has to change. */
export function changeOf({ id, outcome }: Finding): string | null {
  return outcome === 'does not hold' ? ASSUMPTIONS[id].change : null;
}
