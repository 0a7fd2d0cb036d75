import { spawn, type ChildProcess } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSrtAddress, SRT_LISTENER_ARGUMENTS, toListenerPlaylist } from './srt-listener.ts';

/**
 * Checks an untested ffmpeg for an ability its protocol list does not show: whether an encrypted feed passes from a
 * caller to a listener that got its passphrase the way Sluice passes it. Debian 12's ffmpeg does not decode escapes in
 * addresses, so a passphrase that needs one never matches.
 */

/** The passphrases that work: any, only those without a character that needs an escape, or none. */
export type PassphraseAbility = 'any' | 'unescaped' | 'none';

const WITH_ESCAPES = 'a b&c%d+e?f#g=h/i:j@k';
const WITHOUT_ESCAPES = 'abc-DEF_012.xyz~';
/** Time limit of the round trip, which needs 1.5 s on an idle machine. */
const ROUND_TRIP_MS = 15_000;

/** Returns true for a passphrase that needs no escape in an address. */
export function needsNoEscape(passphrase: string): boolean {
  return encodeURIComponent(passphrase) === passphrase;
}

/** Sends one second of sound from this ffmpeg to itself over SRT on loopback. The check needs some seconds. */
export async function tryPassphrases(ffmpegPath: string): Promise<PassphraseAbility> {
  if (await getsThrough(ffmpegPath, WITH_ESCAPES)) return 'any';
  return (await getsThrough(ffmpegPath, WITHOUT_ESCAPES)) ? 'unescaped' : 'none';
}

async function getsThrough(ffmpegPath: string, passphrase: string): Promise<boolean> {
  const port = await findFreePort();
  const directory = mkdtempSync(join(tmpdir(), 'sluice-ffmpeg-'));
  const children: ChildProcess[] = [];
  try {
    const listener = spawn(ffmpegPath, SRT_LISTENER_ARGUMENTS, { stdio: ['pipe', 'pipe', 'ignore'] });
    children.push(listener);
    const heard = once(listener.stdout, 'data').then(() => true);
    listener.stdin.on('error', () => {});
    listener.stdin.end(toListenerPlaylist(buildSrtAddress({ latencyMs: 120, passphrase }, port)));
    const caller = callWith(ffmpegPath, passphrase, port, directory);
    children.push(caller);
    const ended = Promise.race([endOf(listener), endOf(caller)]).then(() => false);
    const late = new Promise<boolean>((resolve) => setTimeout(() => resolve(false), ROUND_TRIP_MS).unref());
    return await Promise.race([heard, ended, late]);
  } finally {
    for (const child of children) child.kill('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Calls like an encoder with a passphrase field, unescaped, and retries until the listener is ready. */
function callWith(ffmpegPath: string, passphrase: string, port: number, directory: string): ChildProcess {
  const options = join(directory, 'caller.ffpreset');
  writeFileSync(options, `mode=caller\npassphrase=${passphrase}\npbkeylen=16\n`, { mode: 0o600 });
  const caller = spawn(
    ffmpegPath,
    [
      ...['-hide_banner', '-nostdin', '-loglevel', 'quiet', '-re', '-f', 'lavfi', '-i', 'sine'],
      ...['-c:a', 'aac', '-f', 'mpegts', '-fpre', options, `srt://127.0.0.1:${port}?connect_timeout=${ROUND_TRIP_MS}`],
    ],
    { stdio: 'ignore' },
  );
  caller.on('error', () => {});
  return caller;
}

/** A rejected caller ends, and so does a program that lacks the ability. */
function endOf(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('error', () => resolve());
    child.once('close', () => resolve());
  });
}

async function findFreePort(): Promise<number> {
  const socket = createSocket('udp4').bind({ port: 0, address: '127.0.0.1' });
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  await once(socket, 'close');
  return port;
}
