/**
 * Prepares lines of MediaLive's encoder log for display. MediaLive treats a stream key as ordinary text, so a line may
 * name the target with its key. Everything after the host of an address is redacted, and so is every word that contains
 * the end of the key.
 */

export interface ChannelLogLine {
  /** RFC 3339. */
  at: string;
  severity: 'error' | 'warning' | 'info';
  message: string;
}

const SEVERITIES: Record<string, ChannelLogLine['severity']> = {
  F: 'error',
  C: 'error',
  E: 'error',
  W: 'warning',
};

const MESSAGE_LENGTH_MAX = 1000;
/** A shorter word could end like the key by chance, and no platform issues a key that short. */
const KEY_LENGTH_MIN = 8;

/**
 * Parses one log event and redacts it.
 * @param message as stored: `{ "severity": "W", "message": "…" }`, or any other text
 * @param streamKeyLast4 last characters of the destination's stream key; null without one
 */
export function toChannelLogLine(
  { timestampMs, message }: { timestampMs: number; message: string },
  streamKeyLast4: string | null,
): ChannelLogLine {
  const { severity, text } = parse(message);
  return {
    at: new Date(timestampMs).toISOString(),
    severity: SEVERITIES[severity] ?? 'info',
    message: redact(text, streamKeyLast4).slice(0, MESSAGE_LENGTH_MAX),
  };
}

function parse(message: string): { severity: string; text: string } {
  try {
    const line: unknown = JSON.parse(message);
    if (typeof line === 'object' && line !== null && 'message' in line && typeof line.message === 'string') {
      const severity = 'severity' in line && typeof line.severity === 'string' ? line.severity : '';
      return { severity, text: line.message };
    }
  } catch {
    // Not JSON, so keep the text as it is.
  }
  return { severity: '', text: message };
}

function redact(text: string, streamKeyLast4: string | null): string {
  const withoutPaths = text.replaceAll(/\b(rtmps?:\/\/[^\s/?#"']+)[/?#][^\s"']*/gi, '$1/[redacted]');
  if (streamKeyLast4 === null) return withoutPaths;
  // The key may be joined to the text that follows it, so search the whole word.
  return withoutPaths.replaceAll(/[^\s"'<>[\](){}]+/g, (word) =>
    word.includes(streamKeyLast4, KEY_LENGTH_MIN - streamKeyLast4.length) ? '[redacted]' : word,
  );
}
