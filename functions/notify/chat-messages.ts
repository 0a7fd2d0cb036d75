import type { TargetKind } from '../domain/notification-target.ts';
import type { EventSeverity, SluiceEvent } from '../domain/webhook-events.ts';

/**
 * Messages in the formats of the chats. Names in them were entered by people, so mark-up and mentions in them have no
 * effect, and every text is cut to the length the chat accepts.
 */

const COLOURS: Record<EventSeverity, number> = { high: 0xe0_31_31, medium: 0xf0_8c_00, low: 0x1c_7e_d6 };
const GREEN = 0x2f_9e_44;

const cut = (text: string, max: number) => (text.length > max ? `${text.slice(0, max - 1)}…` : text);

/** Slack: `&`, `<` and `>` begin mark-up, links and mentions. */
const escapeSlack = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Discord and adaptive cards read Markdown. */
const escapeMarkdown = (text: string) => text.replaceAll(/[\\*_~`|>#[\]()]/g, String.raw`\$&`);

/** Returns the body of a chat's incoming webhook. */
export const CHAT_BODIES: Record<
  Exclude<TargetKind, 'companion' | 'email' | 'webhook'>,
  (event: SluiceEvent) => object
> = {
  slack: ({ title, lines }) => {
    const head = `*${cut(escapeSlack(title), 1000)}*`;
    return { text: [head, ...lines.map((line) => cut(escapeSlack(line), 2000))].join('\n'), unfurl_links: false };
  },
  discord: ({ title, lines, at, about, type }) => ({
    allowed_mentions: { parse: [] },
    embeds: [
      {
        title: cut(escapeMarkdown(title), 256),
        description: cut(lines.map(escapeMarkdown).join('\n'), 4000),
        color: type === 'incident.resolved' ? GREEN : about.severity === null ? COLOURS.low : COLOURS[about.severity],
        timestamp: at,
      },
    ],
  }),
  teams: ({ title, lines }) => ({
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        contentUrl: null,
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.4',
          body: [
            { type: 'TextBlock', text: cut(escapeMarkdown(title), 500), weight: 'bolder', size: 'medium', wrap: true },
            ...lines.map((line) => ({ type: 'TextBlock', text: cut(escapeMarkdown(line), 2000), wrap: true })),
          ],
        },
      },
    ],
  }),
};
