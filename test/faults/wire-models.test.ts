import { describe, expect, it } from 'vitest';
import { faultsOf } from './faults.ts';
import type { WireAnswer, WireCall } from './in-process-transport.ts';
import { loadProduction } from './production.ts';
import { declaredErrors, findMisfit } from './wire-models.ts';
import { ID, WORKFLOWS } from './workflows.ts';
import { inWorld } from './world.ts';

const production = await loadProduction();
const MEDIA = ['medialive', 'mediaconnect', 'mediapackage'];

/** Records all calls of a destination's life, a monitor and a few sweeps, with their answers. */
async function live(): Promise<{ call: WireCall; answer: WireAnswer }[]> {
  const seen: { call: WireCall; answer: WireAnswer }[] = [];
  for (const name of ['start cold', 'teardown running', 'edit now', 'the flow is off']) {
    const workflow = WORKFLOWS.find((each) => each.name === name)!;
    await inWorld({ production, seed: 1, monitorEverySeconds: 60, withEvents: true }, async (world) => {
      world.watchers.push({ delivered: (call, answer) => void seen.push({ call, answer }) });
      await workflow.prepare(world);
      world.faults = (_call, deliver) => deliver();
      void workflow.setOff(world);
      await world.until(() => workflow.isReached(world.record(ID), world), 900_000);
      await world.until(() => false, 400_000);
    });
  }
  return seen;
}

const seen = await live();

const change = (operation: string, edit: (body: Record<string, any>) => void) => {
  // The last answer, because lists are not empty by then.
  const { call, answer } = seen.findLast((each) => each.call.operation === operation && each.answer.status < 300)!;
  const body = JSON.parse(answer.body) as Record<string, any>;
  edit(body);
  return findMisfit(call, { ...answer, body: JSON.stringify(body) });
};

describe('every answer of a local endpoint', () => {
  it('matches AWS’s model, including errors', () => {
    const misfits = seen.flatMap(({ call, answer }) => {
      const misfit = findMisfit(call, answer);
      return misfit === null || (misfit === 'unchecked' && !MEDIA.includes(call.service)) ? [] : [misfit];
    });
    expect(seen.length).toBeGreaterThan(200);
    expect([...new Set(misfits)]).toEqual([]);
  });

  it('would be refused with a wrong type, an unknown state or an unknown member', () => {
    expect(change('DescribeChannel', (body) => (body['state'] = 'SLEEPING'))).toMatch(/State/);
    expect(change('DescribeChannel', (body) => (body['pipelinesRunningCount'] = 'two'))).toMatch(
      /PipelinesRunningCount/,
    );
    expect(change('ListInputs', (body) => (body['inputs'][0].surprise = 1))).toMatch(/Surprise/);
    expect(change('DescribeFlow', (body) => (body['flow'].status = 'GOOD'))).toMatch(/Status/);
    expect(change('DescribeFlow', (body) => delete body['flow'].flowArn)).toMatch(/FlowArn/);
  });
});

describe('every injected fault', () => {
  it('is declared by its operation or common to its service', () => {
    const calls = new Map(seen.map(({ call }) => [`${call.service}.${call.operation}`, call]));
    const undeclared = [...calls.values()].flatMap(({ service, operation, invocation }) => {
      const errors = declaredErrors(service, operation);
      return faultsOf(service, operation, invocation?.step ?? 'set-up').flatMap(({ name, error }) =>
        error === undefined || errors?.has(error) ? [] : [`${service}.${operation}: ${name}`],
      );
    });
    expect(undeclared).toEqual([]);
  });
});
