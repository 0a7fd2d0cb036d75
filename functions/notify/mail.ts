import type { SluiceEvent } from '../domain/webhook-events.ts';

/** How e-mail leaves this deployment. */
export type MailWay =
  /** Through a mail server. `send` resolves when the server took the message, and rejects otherwise. */
  | { kind: 'smtp'; send: (mail: Mail) => Promise<{ response: string }> }
  /** No mail server is configured: mails are kept for the outbox page. */
  | { kind: 'outbox' }
  /** Through an SNS topic, to addresses whose owners have confirmed. */
  | { kind: 'topic'; topicArn: string };

export interface Mail {
  to: string;
  subject: string;
  text: string;
  /** The same for each attempt to send the same message. */
  messageId: string;
}

/** Writes the e-mail about an event. */
export function toMail(event: SluiceEvent, to: string): Mail {
  // A line break in the subject would begin another header.
  const subject = `[Sluice] ${event.title}`.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').slice(0, 200);
  const text = [event.title, '', ...event.lines, '', `Time: ${event.at}`, `Event: ${event.eventId}`].join('\n');
  return { to, subject, text, messageId: `<${event.eventId}@sluice.invalid>` };
}
