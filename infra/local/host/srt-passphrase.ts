import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { openSealedFile } from './sealed-file.ts';
import { escapePassphrase, toSrtUrl } from '../../../functions/domain/srt-address.ts';
import type { Settings, SrtPassphraseSetting } from './settings.ts';

/**
 * The passphrase of the SRT listener. The first start generates one and seals it, so that a stranger who finds the port
 * cannot go on air. A data directory of an earlier version continues without one, because its encoders have none; a
 * warning says how to change that.
 */

const FILE_NAME = 'srt-passphrase.sealed';
const BACKUP_FILE_NAME = 'srt-backup-passphrase.sealed';
/** A file that exists in every data directory that Sluice has used. */
const EARLIER_FILE = 'media.sealed';
/** 192 random bits as letters, digits, - and _, which no encoder's form requires to be escaped. */
const RANDOM_BYTES = 24;

const Kept = z.object({ passphrase: z.string() });

/**
 * Returns the passphrase to listen with, and generates and stores one where that is due.
 * @returns undefined for an open listener
 * @throws {SealedFileError} when the stored passphrase cannot be read
 */
export function ensureSrtPassphrase(dataDirectory: string, setting: SrtPassphraseSetting): string | undefined {
  const isFromBefore = existsSync(join(dataDirectory, EARLIER_FILE));
  const store = openSealedFile(join(dataDirectory, FILE_NAME), dataDirectory);
  let kept = Kept.nullable().parse(store.load())?.passphrase;
  // Generated even when one is given: if the given one is unset later, the listener must not become open.
  if (kept === undefined && (setting.kind === 'generate' || setting.kind === 'given' || !isFromBefore)) {
    kept = randomBytes(RANDOM_BYTES).toString('base64url');
    store.save({ passphrase: kept });
  }
  if (setting.kind === 'none') return undefined;
  return setting.kind === 'given' ? setting.passphrase : kept;
}

/**
 * Returns the passphrase of the backup's listener, and generates and stores one when none is given.
 * @returns undefined without a backup
 */
export function ensureBackupPassphrase(dataDirectory: string, backup: Settings['srtBackup']): string | undefined {
  if (backup === null) return undefined;
  if (backup.passphrase !== undefined) return backup.passphrase;
  const store = openSealedFile(join(dataDirectory, BACKUP_FILE_NAME), dataDirectory);
  const kept = Kept.nullable().parse(store.load())?.passphrase;
  const passphrase = kept ?? randomBytes(RANDOM_BYTES).toString('base64url');
  if (kept === undefined) store.save({ passphrase });
  return passphrase;
}

/** Reads the passphrase that a start would use for the backup; undefined without one, and before the first start. */
export function readBackupPassphrase(dataDirectory: string, backup: Settings['srtBackup']): string | undefined {
  const file = join(dataDirectory, BACKUP_FILE_NAME);
  if (backup === null || backup.passphrase !== undefined || !existsSync(file)) return backup?.passphrase;
  return Kept.nullable().parse(openSealedFile(file, dataDirectory).load())?.passphrase;
}

/**
 * Reads the passphrase that a start would use, without changing anything.
 * @returns undefined for an open listener, and where no start has generated one yet
 */
export function readSrtPassphrase(dataDirectory: string, setting: SrtPassphraseSetting): string | undefined {
  if (setting.kind === 'given') return setting.passphrase;
  const file = join(dataDirectory, FILE_NAME);
  if (setting.kind === 'none' || !existsSync(file)) return undefined;
  return Kept.nullable().parse(openSealedFile(file, dataDirectory).load())?.passphrase;
}

/**
 * Returns the address for an encoder on this machine. An encoder elsewhere replaces the host with this machine's
 * address.
 */
export function encoderAddress(
  { srtPort, srtLatencyMs }: Pick<Settings, 'srtPort' | 'srtLatencyMs'>,
  passphrase: string | undefined,
): string {
  const escaped = passphrase === undefined ? {} : { passphrase: escapePassphrase(passphrase) };
  return toSrtUrl({ host: '127.0.0.1', port: srtPort, latencyMs: srtLatencyMs, ...escaped });
}
