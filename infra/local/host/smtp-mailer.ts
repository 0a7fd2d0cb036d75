import { createTransport } from 'nodemailer';
import type { MailWay } from '../../../functions/notify/mail.ts';

const TIMEOUT_MS = 10_000;

/**
 * Creates the way by which e-mail leaves one machine: through the mail server of the settings, or into the outbox when
 * there is none. A server that offers STARTTLS gets it.
 */
export function createMailWay(settings: { smtpUrl: string; from: string } | null): MailWay {
  if (!settings) return { kind: 'outbox' };
  const transport = createTransport({
    url: settings.smtpUrl,
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    // Texts hold names that people entered; none of them may make the server read a file or a URL of ours.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    kind: 'smtp',
    send: async (mail) => {
      const { response } = await transport.sendMail({
        ...mail,
        from: settings.from,
        // Keeps absence notes from being sent in reply.
        headers: { 'auto-submitted': 'auto-generated' },
      });
      return { response };
    },
  };
}
