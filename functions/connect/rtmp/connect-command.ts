import type { ConnectionFailure } from './connection-failure.ts';
import type { MessageWriter } from './message-writer.ts';
import type { RtmpTarget } from './rtmp-target.ts';
import type { ServerWord } from './server-words.ts';

/** The first command of a publisher, by which it names the application. It holds no stream key. */

/** Number by which the server's answer refers to the command. */
export const CONNECT_TRANSACTION = 1;

/** Writes the command. */
export function writeConnect(writer: MessageWriter, { app, tcUrl }: RtmpTarget): void {
  writer.command(0, 'connect', CONNECT_TRANSACTION, {
    app,
    type: 'nonprivate',
    flashVer: 'FMLE/3.0 (compatible; Sluice)',
    tcUrl,
  });
}

/** Explains a server that refuses the application. @param said its words, safe to show */
export function describeConnectRefusal(kind: ServerWord['kind'], said: string): ConnectionFailure {
  const words = said && ` (${said})`;
  if (kind === 'authentication_wanted') {
    const detail = `the server requires a user name and a password${words}`;
    return { code: 'authentication_unsupported', detail, rejection: 'explicit' };
  }
  const detail = `the server refused the application in the URL${words}`;
  return { code: 'application_rejected', detail, rejection: 'explicit' };
}
