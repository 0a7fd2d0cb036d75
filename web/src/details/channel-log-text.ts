import type { ChannelLog } from '../../../functions/api/schemas/answers.ts';

/** One line of a channel's log. */
export type ChannelLogLine = ChannelLog['data'][number];

/** What a line's severity is called. */
export const SEVERITY_WORDS: Record<ChannelLogLine['severity'], string> = {
  error: 'Error',
  warning: 'Warning',
  info: 'Info',
};

/** The lines as a text for a ticket or a colleague: UTC, oldest first, one line each. */
export function channelLogText(lines: readonly ChannelLogLine[]): string {
  return lines.map(({ at, severity, message }) => `${at} ${severity.toUpperCase().padEnd(7)} ${message}\n`).join('');
}

/** A file named after the destination and the moment, in letters every file system takes. */
export function channelLogFileName(name: string, nowMs: number): string {
  const plain = name
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
    .replaceAll(/^-|-$/g, '');
  const moment = new Date(nowMs).toISOString().slice(0, 19).replaceAll(':', '-');
  return `${plain || 'destination'}-log-${moment}Z.txt`;
}
