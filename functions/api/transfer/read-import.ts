import { AppError, type FieldError } from '../../domain/errors.ts';
import { invalidFields } from '../http/validation.ts';
import { TransferDocument, type ImportRequest, type TransferKeys } from '../schemas/transfer.ts';
import { openKeys } from './sealed-keys.ts';
import { TRANSFER_FORMAT, TRANSFER_VERSION } from '../../domain/transfer-kinds.ts';

/** Reads what an import was sent: the document of an export, and its keys. */

const FAULTS_MAX = 20;
const PLAIN_NAME = /^[A-Za-z][A-Za-z]{0,40}$/;

/** Checks a document. @throws {AppError} `validation_failed`, which quotes no value */
export function readDocumentOf(given: Record<string, unknown>): TransferDocument {
  const { format, version } = given;
  if (format !== TRANSFER_FORMAT) {
    throw refuse('document.format', `is no export of Sluice: its format must be ${TRANSFER_FORMAT}`);
  }
  if (typeof version === 'number' && version > TRANSFER_VERSION) {
    throw refuse(
      'document.version',
      `is ${version}, of a newer Sluice. This one reads ${TRANSFER_VERSION}: update it, then import`,
    );
  }
  const checked = TransferDocument.safeParse(given);
  if (checked.success) return checked.data;
  const errors = checked.error.issues.flatMap((issue): FieldError[] => {
    const path = ['document', ...issue.path.map((part) => (/^[\w-]{1,40}$/.test(String(part)) ? part : '(unknown)'))];
    if (issue.code !== 'unrecognized_keys') {
      return [{ field: path.join('.'), message: /^[a-z]/.test(issue.message) ? issue.message : 'is not valid' }];
    }
    return issue.keys.map((key) => ({
      field: [...path, PLAIN_NAME.test(key) ? key : '(unknown)'].join('.'),
      message: 'unknown field: remove it, or import with the version of Sluice that wrote it',
    }));
  });
  throw invalidFields(errors.slice(0, FAULTS_MAX));
}

/** Decrypts the keys of a document, and adds those that were entered. */
export async function readSecrets(
  document: TransferDocument,
  { passphrase, secrets = {} }: Pick<ImportRequest, 'passphrase' | 'secrets'>,
): Promise<TransferKeys> {
  if (passphrase !== undefined && document.keys === null) {
    throw refuse('passphrase', 'the document contains no keys: leave it out, or export again with a passphrase');
  }
  const none: TransferKeys = { destinations: {}, notificationTargets: {} };
  const keys = passphrase === undefined || document.keys === null ? none : await openKeys(document.keys, passphrase);
  return addEntered(keys, secrets);
}

/** Adds the secrets that were entered for single items. */
export function addEntered(keys: TransferKeys, secrets: NonNullable<ImportRequest['secrets']>): TransferKeys {
  const destinations = { ...keys.destinations };
  const notificationTargets = { ...keys.notificationTargets };
  for (const [item, { backupStreamKey, passphrase, streamKey, url }] of Object.entries(secrets)) {
    const [kind = '', ...rest] = item.split(':');
    const name = rest.join(':');
    if (kind === 'destination') {
      destinations[name] = {
        ...destinations[name],
        ...(streamKey === undefined ? {} : { streamKey }),
        ...(backupStreamKey ? { backupStreamKey } : {}),
        ...(passphrase ? { passphrase } : {}),
      };
    }
    if (kind === 'notification-target' && url !== undefined) notificationTargets[name] = { url };
  }
  return { destinations, notificationTargets };
}

function refuse(field: string, message: string): AppError {
  return invalidFields([{ field, message }]);
}
