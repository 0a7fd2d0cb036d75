import { AppError } from '../../domain/errors.ts';
import { TransferKeys } from '../schemas/transfer.ts';

/**
 * Encrypts the keys of an export for a passphrase, as an age file. The format is public and the program `age` decrypts
 * it, so the keys are not lost without Sluice.
 * @see https://age-encryption.org/v1
 */

/** 2^17 blocks of scrypt: about a second and 128 MB, half of what the program `age` asks for. */
const WORK_FACTOR = 17;
/** A file of others may ask for more than this machine has. */
const WORK_FACTOR_MAX = 18;

/** Loaded for the requests that need it only. */
const loadAge = () => import('age-encryption');

/** Encrypts keys. @returns an ASCII-armored age file */
export async function sealKeys(keys: TransferKeys, passphrase: string): Promise<string> {
  const { armor, Encrypter } = await loadAge();
  const encrypter = new Encrypter();
  encrypter.setScryptWorkFactor(WORK_FACTOR);
  encrypter.setPassphrase(passphrase);
  return armor.encode(await encrypter.encrypt(JSON.stringify(keys)));
}

/** Decrypts keys. @throws {AppError} `validation_failed` when the passphrase is wrong or the text is damaged */
export async function openKeys(sealed: string, passphrase: string): Promise<TransferKeys> {
  const { armor, Decrypter } = await loadAge();
  const file = decode(sealed, armor.decode);
  const decrypter = new Decrypter();
  decrypter.addPassphrase(passphrase);
  let text: string;
  try {
    text = await decrypter.decrypt(file, 'text');
  } catch {
    throw refuse('passphrase', 'the keys cannot be decrypted: the passphrase is wrong, or the document is damaged');
  }
  const keys = TransferKeys.safeParse(parse(text));
  if (!keys.success) throw damaged();
  return keys.data;
}

function decode(sealed: string, dearmor: (text: string) => Uint8Array): Uint8Array {
  let file: Uint8Array;
  try {
    file = dearmor(sealed);
  } catch {
    throw damaged();
  }
  const header = Buffer.from(file.subarray(0, 200)).toString('latin1');
  const factor = /^age-encryption\.org\/v1\n-> scrypt \S+ (\d{1,2})\n/.exec(header)?.[1];
  if (factor === undefined || Number(factor) > WORK_FACTOR_MAX) throw damaged();
  return file;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function damaged(): AppError {
  return refuse('document.keys', 'is no age file of an export: export again, or set keys to null and enter them here');
}

function refuse(field: string, message: string): AppError {
  return new AppError('validation_failed', {
    detail: `${field}: ${message}`,
    remedy: 'enter the passphrase of the export, or import without keys',
    errors: [{ field, message }],
  });
}
