/**
 * Lines of MediaLive's encoder log, made fit to be shown. MediaLive treats a stream key as ordinary text, so a line may
 * name the target with its key; nothing of an address behind its host is let through, nor a word with the end of the key in it.
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
/** Shorter words are too likely to end like a key by chance, and no platform's key is that short. */
const KEY_LENGTH_MIN = 8;

/**
 * Reads one log event.
 * @param message as stored: `{ "severity": "W", "message": "…" }`, or text that is no JSON
 * @param streamKeyLast4 last characters of the destination's key; null when it has none
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
    // Not JSON: the text as it stands.
  }
  return { severity: '', text: message };
}

function redact(text: string, streamKeyLast4: string | null): string {
  const withoutPaths = text.replaceAll(/\b(rtmps?:\/\/[^\s/?#"']+)[/?#][^\s"']*/gi, '$1/[redacted]');
  if (streamKeyLast4 === null) return withoutPaths;
  // A word the key ends in may have been glued to what follows it.
  return withoutPaths.replaceAll(/[^\s"'<>[\](){}]+/g, (word) =>
    word.includes(streamKeyLast4, KEY_LENGTH_MIN - streamKeyLast4.length) ? '[redacted]' : word,
  );
}
