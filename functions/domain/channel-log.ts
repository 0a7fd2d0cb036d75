/**
 * Prepares lines of MediaLive's encoder log for display. MediaLive treats a stream key as ordinary text, so a line may
 * name the target with its key. Everything after the host of an address is redacted, and so is every word that contains
 * the end of a key.
 */

export interface ChannelLogLine {
  /** RFC 3339. */
  at: string;
  severity: 'error' | 'warning' | 'info';
  message: string;
  /** Whose pipeline wrote the line; null for a channel with one. */
  ingest: 'main' | 'backup' | null;
}

/** A line as it is stored. */
export interface RawLogLine extends Pick<ChannelLogLine, 'ingest' | 'message'> {
  timestampMs: number;
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
 * @param line its message as stored: `{ "severity": "W", "message": "…" }`, or any other text
 * @param streamKeysLast4 last characters of each stream key of the destination
 */
export function toChannelLogLine(line: RawLogLine, streamKeysLast4: readonly string[]): ChannelLogLine {
  const { severity, text } = parse(line.message);
  return {
    at: new Date(line.timestampMs).toISOString(),
    severity: SEVERITIES[severity] ?? 'info',
    message: redact(text, streamKeysLast4).slice(0, MESSAGE_LENGTH_MAX),
    ingest: line.ingest,
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

function redact(text: string, streamKeysLast4: readonly string[]): string {
  const withoutPaths = text.replaceAll(/\b(rtmps?:\/\/[^\s/?#"']+)[/?#][^\s"']*/gi, '$1/[redacted]');
  if (streamKeysLast4.length === 0) return withoutPaths;
  const holdsKey = (word: string) =>
    streamKeysLast4.some((last4) => word.includes(last4, KEY_LENGTH_MIN - last4.length));
  // The key may be joined to the text that follows it, so search the whole word.
  return withoutPaths.replaceAll(/[^\s"'<>[\](){}]+/g, (word) => (holdsKey(word) ? '[redacted]' : word));
}
