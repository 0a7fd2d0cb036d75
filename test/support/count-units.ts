import type { ApiDeps } from '../../functions/api/api-deps.ts';

const BYTES_PER_READ_UNIT = 4096;

interface TableCommand {
  input: { ConsistentRead?: boolean };
}

/**
 * Passes calls to a table and adds up the units that AWS would bill. Every item that is written has to be below 1 KB.
 * @returns the client to use instead, and the sums, which the caller may reset
 */
export function countUnits(table: ApiDeps['clients']['table']): {
  client: object;
  counted: { readUnits: number; writeUnits: number };
} {
  const counted = { readUnits: 0, writeUnits: 0 };
  const send = async (command: TableCommand) => {
    if (command.constructor.name === 'PutCommand') {
      counted.writeUnits += 1;
      return table.send(command as never);
    }
    const answer = (await table.send(command as never)) as { Items?: unknown[]; Item?: unknown };
    const units = Math.max(
      1,
      Math.ceil(JSON.stringify(answer.Items ?? answer.Item ?? '').length / BYTES_PER_READ_UNIT),
    );
    counted.readUnits += command.input.ConsistentRead ? units : units / 2;
    return answer;
  };
  return { client: { send }, counted };
}
