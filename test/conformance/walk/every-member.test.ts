/**
 * Calls every implemented operation once with each optional member its SDK client knows. A member is either refused by
 * name, or it is on the list of those the endpoint honours, keeps or judges. An upgrade of an SDK that brings a member
 * the endpoint would drop turns this red. DynamoDB is dynalite, which has rules of its own.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { servedServices } from './served.ts';
import { useWalkStage } from './walk-stage.ts';

/** Members about the request itself: one that is wrong never reaches an endpoint. */
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
  it.each(implemented)('of %s %s is refused by name or on the list', async (service, name, operation) => {
    const notRefused: string[] = [];
    for (const [member, value] of Object.entries(operation.optionalMembers)) {
      if (TRANSPORT.has(member)) continue;
      const { error, message, status } = await stage.call(service, operation, { [member]: value });
      // The answer to a HEAD is its status alone.
      if (error === null || (!REFUSED.test(message) && status !== 501)) notRefused.push(member);
    }
    expect(notRefused.toSorted()).toEqual(accepted[`${service} ${name}`] ?? []);
  });
});
