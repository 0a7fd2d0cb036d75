/**
 * `npm run bench:store`: how many writes the local table confirms in a second, each of them on the disk before it is
 * confirmed, beside bare appends with a sync each in the same directory and the same round. What a power cut would leave
 * is read back and counted.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { createDynamodb, type LocalDynamodb } from '../../../infra/local/endpoints/dynamodb/create-dynamodb.ts';
import { systemDisk } from '../../../infra/local/host/store/disk.ts';
import { openTableJournal } from '../../../infra/local/host/store/table-journal.ts';
import { findMissed, formatTable, type Gate, type Row } from '../outcome.ts';
import { describeSpread, toSpread } from '../statistics.ts';
import { trackSyncs, type SyncedDisk } from './synced-disk.ts';

const HELP = `npm run bench:store [-- --rounds N --writes N --directory PATH]

Writes items through the local DynamoDB, one after the other and 64 at once, and appends the same bytes to a file with a
sync each. Prints one Markdown table. Ends with 1 when a confirmed write is not among what a power cut leaves, or when a
write syncs more than the journal and the record.

  --rounds N        rounds of all three (default 5)
  --writes N        writes per round (default 300)
  --directory PATH  where the files go; its disk is what is measured (default: the temporary folder)
  --help            this
`;

/** About what a destination's record has. */
const VALUE = 'x'.repeat(1_500);
const AT_ONCE = 64;
/** The journal and the record. A bare append syncs one file. */
const SYNCS_PER_WRITE = 2;
const TABLE = {
  TableName: 'bench',
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
  KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
};

interface Round {
  /** A second. */
  bare: number;
  oneByOne: number;
  atOnce: number;
  /** Per write, one after the other and at once. */
  syncs: [number, number];
  confirmed: number;
  /** Confirmed and not among what a power cut leaves. */
  lost: number;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '5' },
      writes: { type: 'string', default: '300' },
      directory: { type: 'string', default: tmpdir() },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const [rounds, writes] = [Number(values.rounds), Number(values.writes)];
  if (![rounds, writes].every((count) => Number.isInteger(count) && count >= 1)) {
    console.error(
      `--rounds ${values.rounds} --writes ${values.writes}: whole numbers of at least 1 are needed\n\n${HELP}`,
    );
    return 2;
  }
  const measured: Round[] = [];
  for (let round = 0; round < rounds; round += 1) measured.push(await measureRound(values.directory, writes));
  const { rows, gates } = toOutcome(measured);
  console.log(
    `${formatTable(rows)}\n\nNode ${process.versions.node}, ${rounds} rounds of ${writes} writes, in ${values.directory}.`,
  );
  const missed = findMissed(gates);
  for (const { name, value, limit } of missed) console.error(`missed: ${name}: ${value}, at most ${limit}`);
  return missed.length > 0 ? 1 : 0;
}

async function measureRound(parent: string, writes: number): Promise<Round> {
  const directory = mkdtempSync(join(parent, 'sluice-bench-store-'));
  try {
    const bare = await perSecond(writes, () => appendBare(join(directory, 'bare'), writes));
    const disk = trackSyncs(systemDisk);
    const dynamodb = await createDynamodb({ directory: join(directory, 'table'), disk });
    await send(dynamodb, 'CreateTable', TABLE);
    const syncsBefore = disk.syncs;
    const oneByOne = await perSecond(writes, async () => {
      for (let index = 0; index < writes; index += 1) await put(dynamodb, `one-${index}`);
    });
    const syncsBetween = disk.syncs;
    const lostFirst = writes - (await countAfterPowerCut(disk, join(directory, 'cut-1'), 'one-'));
    let next = 0;
    const atOnce = await perSecond(writes, async () => {
      const worker = async () => {
        while (next < writes) await put(dynamodb, `many-${next++}`);
      };
      await Promise.all(Array.from({ length: AT_ONCE }, worker));
    });
    const syncsAfter = disk.syncs;
    const lostThen = writes - (await countAfterPowerCut(disk, join(directory, 'cut-2'), 'many-'));
    await dynamodb.close();
    const syncs: Round['syncs'] = [(syncsBetween - syncsBefore) / writes, (syncsAfter - syncsBetween) / writes];
    return { bare, oneByOne, atOnce, syncs, confirmed: 2 * writes, lost: lostFirst + lostThen };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function perSecond(count: number, action: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await action();
  return count / ((performance.now() - startedAt) / 1000);
}

async function appendBare(path: string, writes: number): Promise<void> {
  const bytes = Buffer.from(`${VALUE}\n`);
  const file = await open(path, 'a', 0o600);
  for (let index = 0; index < writes; index += 1) {
    await file.write(bytes);
    await file.datasync();
  }
  await file.close();
}

async function send(dynamodb: LocalDynamodb, operation: string, body: unknown): Promise<void> {
  const headers = { 'x-amz-target': `DynamoDB_20120810.${operation}`, 'content-type': 'application/x-amz-json-1.0' };
  const request = new Request('http://127.0.0.1/', { method: 'POST', headers, body: JSON.stringify(body) });
  const response = await dynamodb.handle(request);
  if (!response.ok) throw new Error(`${operation}: ${await response.text()}`);
}

const put = (dynamodb: LocalDynamodb, pk: string) =>
  send(dynamodb, 'PutItem', { TableName: TABLE.TableName, Item: { pk: { S: pk }, value: { S: VALUE } } });

/** Opens what was synced at this moment as a start would. @returns how many of the rows are there */
async function countAfterPowerCut(disk: SyncedDisk, directory: string, prefix: string): Promise<number> {
  mkdirSync(directory);
  for (const [path, bytes] of disk.survivors()) writeFileSync(join(directory, basename(path)), bytes);
  const { rows } = await openTableJournal({ directory, disk: systemDisk });
  return [...rows.values()].filter((row) => (row as { pk?: { S?: string } }).pk?.S?.startsWith(prefix)).length;
}

function toOutcome(rounds: readonly Round[]): { rows: Row[]; gates: Gate[] } {
  const ratios = (of: (round: Round) => number) => rounds.map((round) => of(round) / round.bare);
  const sum = (of: (round: Round) => number) => rounds.reduce((total, round) => total + of(round), 0);
  const spread = (values: number[], digits: number) => describeSpread(toSpread(values), digits);
  const row = (figure: string, of: (round: Round) => number, syncs: number[]): Row => ({
    figure,
    measured: spread(rounds.map(of), 0),
    compared: `${spread(ratios(of), 2)} of bare synced appends; ${spread(syncs, 2)} syncs per write`,
  });
  const syncs = [0, 1].map((index) => rounds.map((round) => round.syncs[index]!));
  const overheadMs = rounds.map((round) => 1000 / round.oneByOne - (SYNCS_PER_WRITE * 1000) / round.bare);
  const lost = sum((round) => round.lost);
  return {
    rows: [
      row('durable writes a second, one after the other', (round) => round.oneByOne, syncs[0]!),
      row(`durable writes a second, ${AT_ONCE} at once`, (round) => round.atOnce, syncs[1]!),
      {
        figure: `what one write takes beyond ${SYNCS_PER_WRITE} bare appends, ms`,
        measured: spread(overheadMs, 2),
      },
      {
        figure: 'bare appends with a sync each, a second',
        measured: spread(
          rounds.map((round) => round.bare),
          0,
        ),
      },
      {
        figure: 'confirmed writes that a power cut would lose',
        measured: `${lost} of ${sum((round) => round.confirmed)}`,
        aim: '0',
      },
    ],
    gates: [
      { name: 'confirmed writes that a power cut would lose', value: lost, limit: 0 },
      { name: 'syncs per write', value: Math.max(...syncs.flat()), limit: SYNCS_PER_WRITE },
    ],
  };
}

process.exitCode = await main();
