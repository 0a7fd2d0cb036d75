import type { ChannelLog } from '../../../functions/api/schemas/channel-log.ts';

/** One line of a channel's log. */
export type ChannelLogLine = ChannelLog['data'][number];

/** Words for severities. */
export const SEVERITY_WORDS: Record<ChannelLogLine['severity'], string> = {
  error: 'Error',
  warning: 'Warning',
  info: 'Info',
};

const INGEST_WORDS: Record<NonNullable<ChannelLogLine['ingest']>, string> = {
  main: 'Main ingest',
  backup: 'Backup ingest',
};

/** Returns what a line says. With two pipelines it begins with the ingest that the pipeline sends to. */
export function messageWords({ ingest, message }: Pick<ChannelLogLine, 'ingest' | 'message'>): string {
  return ingest === null ? message : `${INGEST_WORDS[ingest]}: ${message}`;
}

/** Formats the lines as text for a ticket: UTC, oldest first, one line each. */
export function channelLogText(lines: readonly ChannelLogLine[]): string {
  return lines.map((line) => `${line.at} ${line.severity.toUpperCase().padEnd(7)} ${messageWords(line)}\n`).join('');
}

/** Returns a file name from destination and time, with characters that every file system accepts. */
export function channelLogFileName(name: string, nowMs: number): string {
  const plain = name
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
    .replaceAll(/^-|-$/g, '');
  const moment = new Date(nowMs).toISOString().slice(0, 19).replaceAll(':', '-');
  return `${plain || 'destination'}-log-${moment}Z.txt`;
}
