import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { GROUP_STEPS } from '../functions/workflow/group-start-steps.ts';

const textOf = (name: string) => readFileSync(new URL(`${name}.asl.json`, import.meta.url), 'utf8');

it('group.asl.json is the machine of a show with the step, the id and the time limit of a group start', () => {
  const show = textOf('show')
    .replaceAll('AdvanceShow', GROUP_STEPS[0])
    .replace('"showId.$": "$.showId"', '"groupStartId.$": "$.groupStartId"')
    .replace('1728000', '86400');
  const { Comment: _show, ...expected } = JSON.parse(show) as Record<string, unknown>;
  const { Comment: _group, ...found } = JSON.parse(textOf('group')) as Record<string, unknown>;
  expect(found).toEqual(expected);
});
