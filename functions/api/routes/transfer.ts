import { createRoute, type z } from '@hono/zod-openapi';
import { AppError } from '../../domain/errors.ts';
import type { Api, ApiDeps } from '../api-deps.ts';
import { answerCsv } from '../http/csv-answer.ts';
import { DOCUMENT_BYTES_MAX } from '../http/read-body.ts';
import { invalidFields } from '../http/validation.ts';
import { sendAsCaller } from '../read-as-caller.ts';
import { answers, answersOrFile, NoQuery, problems, takes, WRITE_PROBLEMS } from '../schemas/openapi-parts.ts';
import { ExportRequest, ImportRequest, ImportResult, TransferDocument } from '../schemas/transfer.ts';
import { readDestinationTable, toDestinationTable } from '../transfer/destination-csv.ts';
import { checkAll, planImport, requireReferences, type Wanted } from '../transfer/plan-import.ts';
import type { PlannedItem } from '../transfer/plan-item.ts';
import { readDocument } from '../transfer/read-document.ts';
import { addEntered, readDocumentOf, readSecrets } from '../transfer/read-import.ts';
import { readKeys } from '../transfer/read-keys.ts';
import { runImport, toItem } from '../transfer/run-import.ts';
import { sealKeys } from '../transfer/sealed-keys.ts';

const tags = ['Service'];

/** API Gateway gives up after 30 s; one request of the import may take some of the rest. */
const IMPORT_MS = 15_000;

const exportRoute = createRoute({
  method: 'post',
  path: '/api/export',
  tags,
  summary: 'Export destinations, shows, notification targets and settings',
  description:
    'A POST because a passphrase does not belong in a URL; it changes nothing. The same state gives the same document, apart from exportedAt and the encryption of the keys. Ids and what runs are not in it. On AWS it contains no keys.',
  request: { query: NoQuery, body: takes(ExportRequest) },
  responses: { 200: answersOrFile(TransferDocument, 'The document'), ...problems(...WRITE_PROBLEMS, 503) },
});

const importRoute = createRoute({
  method: 'post',
  path: '/api/import',
  tags,
  summary: 'Import what was exported, or destinations from a spreadsheet',
  description:
    'Compares each item with what is here, and creates or changes it by the call that does so otherwise, as the caller. Starts nothing and deletes nothing. Destinations and targets are matched by their names, shows by title and start; one that equals another here is that one. Repeating an import changes nothing. The body may have 4 MB.',
  request: { query: NoQuery, body: takes(ImportRequest) },
  responses: { 200: answers(ImportResult, 'Each item and what became of it'), ...problems(...WRITE_PROBLEMS, 503) },
});

/** For the typed client. */
export type TransferRoutes = typeof exportRoute | typeof importRoute;

/** `POST /api/export` and `POST /api/import`. */
export function registerTransfer(api: Api, deps: ApiDeps): void {
  api.openapi(exportRoute, async (context) => {
    const { format = 'json', passphrase, withPictures = true } = context.req.valid('json');
    if (format === 'csv' && passphrase !== undefined) {
      const message = 'a spreadsheet contains no keys: leave it out, or export as JSON';
      throw invalidFields([{ field: 'passphrase', message }]);
    }
    const reveal = passphrase === undefined ? null : requireReveal(deps);
    const described = await readDocument(deps, withPictures && format === 'json');
    context.header('Cache-Control', 'no-store');
    if (format === 'csv') {
      const { header, rows } = toDestinationTable(described.document.destinations);
      return answerCsv(context, 'sluice-destinations.csv', header, rows) as never;
    }
    const keys = reveal && (await sealKeys(await readKeys({ ...deps, reveal }, described), passphrase!));
    const text = JSON.stringify({ ...described.document, keys });
    requireSize(text);
    context.header('Content-Type', 'application/json');
    return context.body(text, 200) as never;
  });

  api.openapi(importRoute, async (context) => {
    const { dryRun: isDryRun = false, scheduleShows = false, select, ...given } = context.req.valid('json');
    const startedAt = deps.now().getTime();
    const isOver = () => deps.now().getTime() - startedAt > IMPORT_MS;
    const plan = await planImport(deps, await readWanted(given), { schedules: scheduleShows });
    const chosen = select && requireKnown(select, plan.items);
    const isWanted = ({ item }: PlannedItem) => chosen?.has(item) ?? true;
    const items = requireReferences(plan, isWanted);
    if (isDryRun) {
      const checked = await checkAll(items, isOver);
      const data = checked.map((item) => toItem(item, null));
      return context.json({ isDryRun, isComplete: true, items: data }, 200);
    }
    const send = (request: Parameters<typeof sendAsCaller>[2]) => sendAsCaller(api, context, request);
    const done = await runImport({ ...plan, items }, { send, isWanted, isOver });
    const isComplete = done.every(({ outcome }) => outcome !== 'pending');
    return context.json({ isDryRun, isComplete, items: done }, 200);
  });
}

function requireReveal({ revealKeys }: ApiDeps): NonNullable<ApiDeps['revealKeys']> {
  if (revealKeys) return revealKeys;
  const message = 'this deployment exports no keys, because its API cannot decrypt them: leave it out';
  throw invalidFields([{ field: 'passphrase', message }]);
}

type Given = Pick<z.infer<typeof ImportRequest>, 'csv' | 'document' | 'passphrase' | 'secrets'>;

async function readWanted({ csv, document: sent, passphrase, secrets = {} }: Given): Promise<Wanted> {
  if ((csv === undefined) === (sent === undefined)) {
    throw invalidFields([{ field: 'document', message: 'send either document or csv' }]);
  }
  if (sent !== undefined) {
    const document = readDocumentOf(sent);
    return { kind: 'document', document, keys: await readSecrets(document, { passphrase, secrets }) };
  }
  if (passphrase !== undefined) {
    throw invalidFields([{ field: 'passphrase', message: 'a spreadsheet is not encrypted: leave it out' }]);
  }
  const entered = addEntered({ destinations: {}, notificationTargets: {} }, secrets).destinations;
  const destinations = (await readDestinationTable(csv!)).map((each) => ({
    ...each,
    secrets: { ...each.secrets, ...entered[each.reference] },
  }));
  return { kind: 'destinations', destinations };
}

function requireKnown(select: readonly string[], items: readonly PlannedItem[]): Set<string> {
  const known = new Set(items.map(({ item }) => item));
  const unknown = select.findIndex((item) => !known.has(item));
  if (unknown === -1) return new Set(select);
  const message = 'is no item of this document: take the items from the answer of a dry run';
  throw invalidFields([{ field: `select.${unknown}`, message }]);
}

/** What cannot be imported again is not exported. */
function requireSize(text: string): void {
  if (Buffer.byteLength(text) <= DOCUMENT_BYTES_MAX - 10_000) return;
  throw new AppError('payload_too_large', {
    detail: `the document is larger than the ${DOCUMENT_BYTES_MAX / 1_000_000} MB of one request`,
    remedy: 'export with withPictures: false, and move the slate and the covers by hand',
  });
}
