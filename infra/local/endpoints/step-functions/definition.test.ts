import { describe, expect, it } from 'vitest';
import { parseDefinition, toInterpreterForm } from './definition.ts';

const Resource = 'arn:aws:lambda:us-east-1:000000000000:function:step';
const parse = (A: object) => parseDefinition(JSON.stringify({ StartAt: 'A', States: { A } }));

describe('parseDefinition', () => {
  it('returns the definition unchanged', () => {
    const task = { Type: 'Task', Resource, ResultPath: '$', End: true };
    expect(parse(task)).toEqual({ StartAt: 'A', States: { A: task } });
  });

  it('names the error and its state', () => {
    const credentials = { Type: 'Task', Resource, Credentials: { RoleArn: 'arn:aws:iam::1:role/x' }, End: true };
    expect(() => parse(credentials)).toThrow(/not run by the local interpreter: Credentials in state A/);
    expect(() => parseDefinition('{')).toThrow(/INVALID_JSON_DESCRIPTION/);
    for (const state of [null, 5, 'x', true, []]) expect(() => parse(state as never)).toThrow(/Invalid State Machine/);
    expect(() => parse({ Type: 'Pass', Next: 'B' })).toThrow(/Invalid State Machine Definition: '.*B/);
  });
});

describe('toInterpreterForm', () => {
  it('takes every Task and Wait off the interpreter’s timers, whose default timeout is 60 s', () => {
    for (const state of [
      { Type: 'Task', Resource, End: true },
      { Type: 'Task', Resource, TimeoutSeconds: 5, End: true },
      { Type: 'Wait', Seconds: 120, End: true },
    ]) {
      const { A } = toInterpreterForm(parse(state)).States;
      expect(A).toMatchObject({ Type: 'Task', TimeoutSeconds: 2_147_483 });
    }
  });

  it('does not modify its argument', () => {
    const definition = parse({ Type: 'Wait', Seconds: 1, End: true });
    const before = structuredClone(definition);
    toInterpreterForm(definition);
    expect(definition).toEqual(before);
  });
});
