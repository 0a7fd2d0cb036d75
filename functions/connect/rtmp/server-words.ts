import type { Amf0Value } from './amf0.ts';

/** The meaning of a server's status or error for a publisher. */
export type ServerWord =
  | { kind: 'publish_started' }
  | { kind: 'key_refused'; said: string }
  | { kind: 'application_refused'; said: string }
  /** The server requires a user name and a password. */
  | { kind: 'authentication_wanted'; said: string }
  /** The stream or the connection is over, whether or not the socket is closed. */
  | { kind: 'over'; said: string }
  /** Does not end a broadcast; worth reporting if the server hangs up next. */
  | { kind: 'remark'; said: string };

const KEY_REFUSED = /^NetStream\.Publish\.(BadName|BadAuth|Denied|Rejected|Failed)$/;
const APPLICATION_REFUSED = /^NetConnection\.Connect\.(InvalidApp|Rejected|Failed)$/;
const OVER = /^(NetConnection\.Connect\.(Closed|AppShutdown|IdleTimeout)|NetStream\.(Unpublish\.Success|Failed))$/;
/** Challenges of Flash Media Server (`adobe`) and Limelight (`llnw`), which encoders with a user name answer. */
const AUTHENTICATION_WANTED = /authmod=|need ?auth|AccessManager\.Reject/i;

/** Reads the information object of `onStatus`, `_error` and their relatives. Pure. */
export function readServerWord(info: Amf0Value): ServerWord {
  const code = textOf(info, 'code');
  const description = textOf(info, 'description');
  const said = [code, description].filter((text) => text !== '').join(': ');
  if (code === 'NetStream.Publish.Start') return { kind: 'publish_started' };
  if (AUTHENTICATION_WANTED.test(description)) return { kind: 'authentication_wanted', said };
  if (KEY_REFUSED.test(code)) return { kind: 'key_refused', said };
  if (APPLICATION_REFUSED.test(code)) return { kind: 'application_refused', said };
  if (OVER.test(code)) return { kind: 'over', said };
  return { kind: 'remark', said };
}

/** Returns true for an error whose code carries no further meaning. */
export function isError(info: Amf0Value): boolean {
  return textOf(info, 'level') === 'error' && !textOf(info, 'code').startsWith('NetConnection.Call.');
}

function textOf(info: Amf0Value, name: string): string {
  if (info === null || typeof info !== 'object' || Array.isArray(info)) return '';
  const value = info[name];
  return typeof value === 'string' ? value : '';
}
