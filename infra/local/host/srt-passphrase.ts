import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { openSealedFile } from './sealed-file.ts';
import { escapePassphrase, toSrtUrl } from '../../../functions/domain/srt-address.ts';
import type { Settings, SrtPassphraseSetting } from './settings.ts';

/**
 * The passphrase of the SRT listener. The first start generates one and seals it, so that no stranger goes on air by
 * finding the port. A data directory of a version that had none continues without, because its encoders know none; a
 * warning says how to change that.
 */

const FILE_NAME = 'srt-passphrase.sealed';
/** What every data directory holds that a Sluice has run in. */
const EARLIER_FILE = 'media.sealed';
/** 192 random bits in letters, digits, - and _, which need no escaping in any encoder's form. */
const RANDOM_BYTES = 24;

const Kept = z.object({ passphrase: z.string() });

/**
 * Finds the passphrase to listen with, generating and keeping one where that is due.
 * @returns undefined for an open listener
 * @throws {SealedFileError} when a passphrase is kept and cannot be read
 */
export function ensureSrtPassphrase(dataDirectory: string, setting: SrtPassphraseSetting): string | undefined {
  const isFromBefore = existsSync(join(dataDirectory, EARLIER_FILE));
  const store = openSealedFile(join(dataDirectory, FILE_NAME), dataDirectory);
  let kept = Kept.nullable().parse(store.load())?.passphrase;
  // A given one may be taken away again: the kept one then admits no other caller.
  if (kept === undefined && (setting.kind === 'generate' || setting.kind === 'given' || !isFromBefore)) {
    kept = randomBytes(RANDOM_BYTES).toString('base64url');
    store.save({ passphrase: kept });
  }
  if (setting.kind === 'none') return undefined;
  return setting.kind === 'given' ? setting.passphrase : kept;
}

/**
 * Reads the passphrase that a start would listen with, and changes nothing.
 * @returns undefined for an open listener, and where no start has generated one yet
 */
export function readSrtPassphrase(dataDirectory: string, setting: SrtPassphraseSetting): string | undefined {
  if (setting.kind === 'given') return setting.passphrase;
  const file = join(dataDirectory, FILE_NAME);
  if (setting.kind === 'none' || !existsSync(file)) return undefined;
  return Kept.nullable().parse(openSealedFile(file, dataDirectory).load())?.passphrase;
}

/** The address for an encoder on this machine; from elsewhere, it takes this machine's address in its place. */
export function encoderAddress(
  { srtPort, srtLatencyMs }: Pick<Settings, 'srtPort' | 'srtLatencyMs'>,
  passphrase: string | undefined,
): string {
  const escaped = passphrase === undefined ? {} : { passphrase: escapePassphrase(passphrase) };
  return toSrtUrl({ host: '127.0.0.1', port: srtPort, latencyMs: srtLatencyMs, ...escaped });
}
