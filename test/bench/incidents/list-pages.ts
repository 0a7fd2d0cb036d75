import { CreateTableCommand } from '@aws-sdk/client-dynamodb';
import { createAwsClients, destroyAwsClients, type TableDeps } from '../../../functions/aws/clients.ts';
import { archiveIncident, listResolvedIncidents } from '../../../functions/aws/incident-table.ts';
import { observe } from '../../../functions/domain/incident-observe.ts';
import { DEFAULT_INCIDENT_SETTINGS } from '../../../functions/domain/incident-settings.ts';
import { incidentIdOf, type Incident } from '../../../functions/domain/incident.ts';
import { createDynamodb } from '../../../infra/local/endpoints/dynamodb/create-dynamodb.ts';
import { TABLE_DEFINITION } from '../../../infra/local/endpoints/dynamodb/table-definition.ts';
import { startAwsFront } from '../../../infra/local/endpoints/wire/aws-front.ts';
import { seen } from '../../support/make-incident.ts';
import type { Outcome } from '../outcome.ts';

/**
 * Counts the read units of one page of resolved incidents, as the local table reports them, with a short and with a long
 * history. They are the same wherever the page is.
 */

const FEW = 100;
const MANY = 10_000;
const PAGE = 50;
const NOW = new Date('2026-11-21T18:00:00.000Z');
/** Ten thousand of them fill most of the thirteen months that are kept. */
const APART_MS = 55 * 60_000;
const WRITES_AT_ONCE = 50;

/** Fills a table twice and reads its pages. */
export async function benchListPages({ print }: { print: (line: string) => void }): Promise<Outcome> {
  const dynamodb = await createDynamodb({ directory: null });
  const front = await startAwsFront({ port: 0, services: [dynamodb] });
  const clients = createAwsClients({
    region: 'us-east-1',
    endpoint: front.endpoint,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    attemptsMax: 1,
  });
  try {
    const units: Record<number, { first: number; last: number }> = {};
    for (const count of [FEW, MANY]) {
      const tableName = `incidents-${count}`;
      await clients.table.send(new CreateTableCommand({ TableName: tableName, ...TABLE_DEFINITION }));
      const deps = { clients, deployment: { tableName } } as TableDeps;
      await fill(deps, count);
      units[count] = await readPages(deps, count);
      print(`${count} incidents: first page ${units[count].first} read units, last page ${units[count].last}`);
    }
    const [few, many] = [units[FEW]!, units[MANY]!];
    const figure = `read units of a page of ${PAGE} incidents, of ${MANY}`;
    return {
      rows: [
        {
          figure,
          measured: `first page ${many.first}, last page ${many.last}`,
          compared: `of ${FEW}: first page ${few.first}, last page ${few.last}`,
          aim: 'equal',
        },
      ],
      gates: [
        { name: `${figure}: the first over that of ${FEW}`, value: many.first / few.first, limit: 1 },
        { name: `${figure}: the last over the first`, value: many.last / many.first, limit: 1 },
      ],
    };
  } finally {
    destroyAwsClients(clients);
    await front.close();
    await dynamodb.close();
  }
}

/** Moves so many resolved incidents to the history, the newest at `NOW`. */
async function fill(deps: TableDeps, count: number): Promise<void> {
  const [opened] = observe([], [seen('stream_key_rejected', true)], NOW, DEFAULT_INCIDENT_SETTINGS).transitions;
  const { incident } = opened!;
  for (let first = 0; first < count; first += WRITES_AT_ONCE) {
    const group = Array.from({ length: Math.min(WRITES_AT_ONCE, count - first) }, (_, index) =>
      archiveIncident(deps, resolvedAt(incident, new Date(NOW.getTime() - (first + index) * APART_MS))),
    );
    await Promise.all(group);
  }
}

function resolvedAt(incident: Incident, at: Date): Incident {
  const time = at.toISOString();
  const incidentId = incidentIdOf(incident.rule, incident.subject.id, at);
  return { ...incident, incidentId, since: time, openedAt: time, state: 'resolved', resolvedAt: time };
}

/** Reads all pages. @throws when incidents are missing */
async function readPages(deps: TableDeps, count: number): Promise<{ first: number; last: number }> {
  const counted: number[] = [];
  let found = 0;
  let after: string | null = null;
  do {
    const meter = withMeter(deps);
    const page = await listResolvedIncidents(meter.deps, { limit: PAGE, after, now: NOW });
    found += page.incidents.length;
    after = page.last;
    if (page.incidents.length === PAGE) counted.push(meter.units());
  } while (after !== null);
  if (found !== count) throw new Error(`${found} of ${count} incidents were listed`);
  return { first: counted[0]!, last: counted.at(-1)! };
}

/** Adds up the read units that the table reports. */
function withMeter(deps: TableDeps): { deps: TableDeps; units: () => number } {
  let units = 0;
  const send = async (command: { input: object }) => {
    Object.assign(command.input, { ReturnConsumedCapacity: 'TOTAL' });
    const answer = (await deps.clients.table.send(command as never)) as {
      ConsumedCapacity?: { CapacityUnits?: number };
    };
    units += answer.ConsumedCapacity?.CapacityUnits ?? NaN;
    return answer;
  };
  const clients = { ...deps.clients, table: { send } as never };
  return { deps: { ...deps, clients }, units: () => units };
}
