/**
 * Calls every implemented operation once with each optional member that its SDK client has. The endpoint must either
 * refuse the member by name, or list it as one that it honours, keeps or checks. The test fails when an SDK upgrade
 * adds a member that the endpoint would drop. It skips DynamoDB, because dynalite has its own rules.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { servedServices } from './served.ts';
import { useWalkStage } from './walk-stage.ts';

/** Members about the request itself. A wrong value never reaches an endpoint. */
const TRANSPORT = new Set(['ContentLength']);
const REFUSED = /is not (honoured|kept|implemented|supported)/;

const services = servedServices().filter(({ name }) => name !== 'dynamodb');
const stage = useWalkStage(services);
const accepted = JSON.parse(readFileSync(join(import.meta.dirname, 'accepted-members.json'), 'utf8')) as Record<
  string,
  string[]
>;

const implemented = services.flatMap(({ name, operations }) =>
  operations
    .filter(({ isImplemented }) => isImplemented)
    .map((operation) => [name, operation.name, operation] as const),
);

describe('an optional member', () => {
  it.each(implemented)('of %s %s is refused by name or listed as accepted', async (service, name, operation) => {
    const notRefused: string[] = [];
    for (const [member, value] of Object.entries(operation.optionalMembers)) {
      if (TRANSPORT.has(member)) continue;
      const { error, message, status } = await stage.call(service, operation, { [member]: value });
      // The answer to a HEAD has only a status.
      if (error === null || (!REFUSED.test(message) && status !== 501)) notRefused.push(member);
    }
    expect(notRefused.toSorted()).toEqual(accepted[`${service} ${name}`] ?? []);
  });
});
