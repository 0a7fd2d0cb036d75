import type { AudienceShow } from '../../domain/audience-show.ts';

/** The length that calendars show for a show without a planned end. */
const OPEN_END_MS = 3_600_000;
/** RFC 5545 section 3.1, without the line break. */
const LINE_OCTETS_MAX = 75;

/**
 * Returns a show as a calendar file with one event (RFC 5545). Pure.
 * @param options.origin scheme, host and port of the watch page
 */
export function calendarOf(show: AudienceShow, { origin, now }: { origin: string; now: Date }): string {
  const { id, slug, title, description, startsAt, endsAt, privacy } = show;
  const end = endsAt === null ? new Date(Date.parse(startsAt) + OPEN_END_MS) : new Date(endsAt);
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Sluice//Watch page//EN',
    'BEGIN:VEVENT',
    `UID:${id}@sluice`,
    `DTSTAMP:${stamp(now)}`,
    `DTSTART:${stamp(new Date(startsAt))}`,
    `DTEND:${stamp(end)}`,
    `SUMMARY:${escape(title)}`,
    ...(description === '' ? [] : [`DESCRIPTION:${escape(description)}`]),
    `URL:${origin}/watch/${slug}`,
    ...(privacy === 'private' ? ['CLASS:PRIVATE'] : []),
    'END:VEVENT',
    'END:VCALENDAR',
  ];
  return lines.map((line) => `${fold(line)}\r\n`).join('');
}

function stamp(time: Date): string {
  return time.toISOString().replaceAll(/[-:]|\.\d+/g, '');
}

function escape(text: string): string {
  return text.replaceAll(/[\\;,]/g, String.raw`\$&`).replaceAll(/\r?\n/g, String.raw`\n`);
}

/** Breaks a line before it is too long, never within a character. */
function fold(line: string): string {
  let folded = '';
  let octets = 0;
  for (const character of line) {
    const size = Buffer.byteLength(character);
    if (octets + size > LINE_OCTETS_MAX) {
      folded += '\r\n ';
      octets = 1;
    }
    folded += character;
    octets += size;
  }
  return folded;
}
