import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

/** A mail as the server accepted it. */
export interface ReceivedMail {
  to: string[];
  /** Headers and body as they were sent. */
  text: string;
}

export interface MailServer {
  /** `smtp://127.0.0.1:PORT`. */
  url: string;
  mails: ReceivedMail[];
  close(): void;
}

/** Starts a mail server on a free port, without encryption. @param options.refuse refuses every recipient with this reply */
export async function startMailServer({ refuse }: { refuse?: number } = {}): Promise<MailServer> {
  const mails: ReceivedMail[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onRcptTo(_address, _session, callback) {
      if (refuse === undefined) return callback();
      return callback(Object.assign(new Error('no such mailbox'), { responseCode: refuse }));
    },
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const to = session.envelope.rcptTo.map(({ address }) => address);
        mails.push({ to, text: Buffer.concat(chunks).toString() });
        callback(null, 'kept as 42');
      });
    },
  });
  server.on('error', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const { port } = server.server.address() as AddressInfo;
  return { url: `smtp://127.0.0.1:${port}`, mails, close: () => server.close(() => undefined) };
}

/** Returns the subject of a mail; a long one is folded over several lines. */
export function subjectOf({ text }: ReceivedMail): string {
  const [headers = ''] = text.split('\r\n\r\n');
  return /^Subject: (.*)$/m.exec(headers.replaceAll(/\r\n[ \t]+/g, ' '))?.[1] ?? '';
}
