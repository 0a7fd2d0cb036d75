import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../node-function.ts';
import { CHECK_IDS, type Assumption } from './assumption.ts';
import { ASSUMPTION_IDS, ASSUMPTIONS, assumptionsOf } from './assumptions.ts';
import { FIRST_DAY_CHECKS, NEXT_DAY_CHECKS } from './checks/all-checks.ts';

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

/** Returns the rows of the table in ARCHITECTURE.md by id. */
function tableRows(): Map<string, string[]> {
  const [, section = ''] = read('ARCHITECTURE.md').split('\n## Assumptions about AWS\n');
  const lines = section.split('\n## ')[0]!.split('\n');
  const rows = lines.filter((line) => line.startsWith('| AWS-')).map((line) => line.slice(2, -2).split(' | '));
  return new Map(rows.map(([id = '', ...cells]) => [id, cells]));
}

/** Returns the row that an assumption should have. */
function rowOf({ assumption, source, dependsOn, decidedBy, change }: Assumption): string[] {
  return [assumption, source, dependsOn, decidedBy === null ? `no step. ${change}` : `\`${decidedBy}\``];
}

describe('the list of assumptions about AWS', () => {
  it('matches the table in ARCHITECTURE.md', () => {
    const rows = tableRows();
    expect([...rows.keys()]).toEqual(ASSUMPTION_IDS);
    for (const id of ASSUMPTION_IDS) expect(rows.get(id), id).toEqual(rowOf(ASSUMPTIONS[id]));
  });

  it('is numbered without a gap', () => {
    const expected = ASSUMPTION_IDS.map((_, index) => `AWS-${String(index + 1).padStart(2, '0')}`);
    expect(ASSUMPTION_IDS).toEqual(expected);
  });

  it('has a check for every decidable assumption, and every check decides one', () => {
    const checks = [...new Set([...FIRST_DAY_CHECKS, ...NEXT_DAY_CHECKS].map(({ checkId }) => checkId))];
    expect(checks.toSorted()).toEqual([...CHECK_IDS].toSorted());
    for (const checkId of CHECK_IDS) expect(assumptionsOf(checkId), checkId).not.toEqual([]);
  });

  it('names each decided assumption in the file of its check and in no other', () => {
    const files: Record<string, string[]> = { 'rtmp-channel': ['rtmp-channel', 'rtmp-observation'] };
    for (const checkId of CHECK_IDS) {
      const source = (files[checkId] ?? [checkId]).map((file) => read(`infra/aws/prove/checks/${file}.ts`)).join('\n');
      const decided = new Set(source.match(/AWS-\d\d/g));
      expect([...decided].toSorted(), checkId).toEqual(assumptionsOf(checkId));
    }
  });

  it('refers only to files that exist', () => {
    for (const id of ASSUMPTION_IDS) {
      const { dependsOn, change } = ASSUMPTIONS[id];
      const paths = `${dependsOn} ${change}`.match(/\b(?:functions|infra|presets|statemachines)\/[\w./-]*\w/g) ?? [];
      for (const path of paths) expect(existsSync(join(ROOT, path)), `${id}: ${path}`).toBe(true);
    }
  });
});
