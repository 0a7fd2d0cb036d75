import type { ApiDeps } from '../../functions/api/api-deps.ts';

const BYTES_PER_READ_UNIT = 4096;

interface TableCommand {
  input: { ConsistentRead?: boolean };
}

/**
 * Passes reads to a table and adds up the read units that AWS would bill.
 * @returns the client to use instead, and the sum, which the caller may reset
 */
export function countReadUnits(table: ApiDeps['clients']['table']): { client: object; counted: { readUnits: number } } {
  const counted = { readUnits: 0 };
  const send = async (command: TableCommand) => {
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
