import { renameSync, statSync, writeFileSync } from 'node:fs';
import type { ApiClient } from '../../../functions/api/api-client.ts';
import type { ImportItem, ImportRequest, ImportResult } from '../../../functions/api/schemas/transfer.ts';
import { askSecret } from '../ask-secret.ts';
import type { Run } from '../command.ts';
import { CommandFailure, EXIT, type ExitCode } from '../command-failure.ts';
import { readVariable } from '../environment.ts';
import { followWork } from '../follow-work.ts';
import type { Output } from '../output.ts';
import { readImportFile, STANDARD_INPUT } from '../read-import-file.ts';

/** `sluice export` and `sluice import`. */

export const exportAll: Run = async ({ out, connect }, { options }) => {
  const isCsv = options['csv'] === true;
  if (isCsv && (options['keys'] === true || out.isJson))
    throw new CommandFailure(
      EXIT.usage,
      'a spreadsheet contains no keys and is no JSON: leave out --csv, or the other option',
    );
  const { client } = await connect();
  const passphrase = options['keys'] === true ? await chooseNewPassphrase() : undefined;
  const json = {
    format: isCsv ? ('csv' as const) : ('json' as const),
    withPictures: options['no-pictures'] !== true,
    ...(passphrase === undefined ? {} : { passphrase }),
  };
  const text = await (await client.api.export.$post({ json })).text();
  if (!isCsv && !isDocument(text))
    throw new CommandFailure(EXIT.failed, 'the server did not answer with an export; nothing was written');
  const file = options['output'];
  if (typeof file !== 'string' || file === STANDARD_INPUT) return out.line(text.trimEnd());
  writeWhole(file, text);
  out.note(`exported to ${file}${passphrase === undefined ? ', without keys' : ', with encrypted keys'}`);
};

/** A typing error would be noticed only at the import, so a passphrase is typed twice. */
async function chooseNewPassphrase(): Promise<string> {
  const given = readVariable('SLUICE_PASSPHRASE');
  if (given !== undefined) return given;
  const passphrase = await askSecret('passphrase');
  if (process.stdin.isTTY && (await askSecret('passphrase again')) !== passphrase)
    throw new CommandFailure(EXIT.usage, 'the two passphrases differ; nothing was exported');
  return passphrase;
}

function isDocument(text: string): boolean {
  try {
    return typeof (JSON.parse(text) as { format?: unknown }).format === 'string';
  } catch {
    return false;
  }
}

/** Replaces a file in one step, so that a full disk leaves the old one. Only its owner may read it. */
function writeWhole(file: string, text: string): void {
  try {
    const isOther = statSync(file, { throwIfNoEntry: false })?.isFile() === false;
    // A device or a pipe is written to; replacing it would remove it.
    if (isOther) return writeFileSync(file, text);
    const next = `${file}.${process.pid}`;
    writeFileSync(next, text, { mode: 0o600 });
    renameSync(next, file);
  } catch (error) {
    throw new CommandFailure(EXIT.failed, `${file} cannot be written: ${(error as NodeJS.ErrnoException).code}`);
  }
}

export const importAll: Run = async ({ out, connect }, { args, options, lists }) => {
  const file = args[0]!;
  const content = await readImportFile(file);
  const select = lists['select'] ?? [];
  const { client } = await connect();
  const passphrase = content.hasKeys && options['no-keys'] !== true ? await askPassphraseOf(file) : undefined;
  const request: ImportRequest = {
    ...content.body,
    ...(passphrase === undefined ? {} : { passphrase }),
    ...(select.length > 0 ? { select: [...select] } : {}),
    ...(options['schedule-shows'] === true ? { scheduleShows: true } : {}),
  };
  const isDryRun = options['dry-run'] === true;
  const result = isDryRun ? await send(client, { ...request, dryRun: true }) : await importRest(out, client, request);
  printItems(out, result);
  const isWanted = ({ item }: ImportItem): boolean => select.length === 0 || select.includes(item);
  return exitCodeOf(result.items.filter(isWanted));
};

async function askPassphraseOf(file: string): Promise<string> {
  const given = readVariable('SLUICE_PASSPHRASE');
  if (given !== undefined) return given;
  if (file === STANDARD_INPUT)
    throw new CommandFailure(
      EXIT.usage,
      'standard input is the document, so put the passphrase of its keys in SLUICE_PASSPHRASE, or give --no-keys',
    );
  return askSecret('passphrase of the export');
}

const send = async (client: ApiClient, json: ImportRequest): Promise<ImportResult> =>
  (await client.api.import.$post({ json })).json();

/** One request has too little time for many items, so what is pending is sent again until nothing is. */
async function importRest(out: Output, client: ApiClient, whole: ImportRequest): Promise<ImportResult> {
  const done = new Map<string, ImportItem>();
  let rest: string[] | null = null;
  const look = async () => {
    const { isComplete, items } = await send(client, rest === null ? whole : { ...whole, select: rest });
    for (const each of items) if (rest === null || rest.includes(each.item)) done.set(each.item, each);
    const pending = items.filter(({ outcome }) => outcome === 'pending').map(({ item }) => item);
    if (!isComplete && (pending.length === 0 || pending.length === rest?.length))
      throw new CommandFailure(EXIT.failed, 'the import makes no progress; import fewer items at once with --select');
    rest = pending;
    const text = `${done.size - pending.length} of ${done.size} items done`;
    return { resource: { isDryRun: false, isComplete, items: [...done.values()] }, isOver: isComplete, text };
  };
  return followWork(out, null, look, 'interrupted; import again to continue');
}

const NEEDS_KEYS =
  'keys are missing: export again with --keys, or import on the page Settings, which asks for each of them';

function printItems(out: Output, result: ImportResult): void {
  out.table(
    result,
    [
      ['ITEM', ({ item }) => item],
      ['STATUS', ({ status }) => status],
      ['OUTCOME', ({ outcome }) => outcome],
      ['CHANGES', ({ fields }) => fields.join(', ')],
      ['NEEDS', ({ needs }) => needs.join(', ')],
      ['PROBLEM', ({ problem }) => problem && `${problem.detail}; ${problem.remedy}`],
    ],
    result.items,
  );
  // A conflict is skipped, too, and must not look like an item that is the same.
  const nameOf = ({ outcome, status }: ImportItem): string => (status === 'conflict' ? status : (outcome ?? status));
  const counts = Object.entries(Object.groupBy(result.items, nameOf));
  const summary = counts.map(([name, items]) => `${items!.length} ${name}`).join(', ') || 'no items';
  out.note(result.isDryRun ? `${summary}; nothing was changed` : summary);
  if (result.items.some(({ needs }) => needs.length > 0)) out.note(NEEDS_KEYS);
}

function exitCodeOf(items: readonly ImportItem[]): ExitCode {
  if (items.some(({ outcome }) => outcome === 'failed')) return EXIT.failed;
  return items.some(({ status }) => status === 'conflict') ? EXIT.refused : EXIT.ok;
}
