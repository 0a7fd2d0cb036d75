import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const DIRECTORY = join(import.meta.dirname, '..', '..', '.github', 'workflows');
const workflows = readdirSync(DIRECTORY).map((file) => ({ file, text: readFileSync(join(DIRECTORY, file), 'utf8') }));
const deployText = workflows.find(({ file }) => file === 'deploy.yml')!.text;
const used = ({ text }: { text: string }) => [...text.matchAll(/uses: (\S+)/g)].map(([, action]) => action!);

describe('GitHub Actions', () => {
  test.each(workflows)('$file takes other people’s actions at one commit only', (workflow) => {
    const foreign = used(workflow).filter((action) => !action.startsWith('./'));
    expect(foreign.length).toBeGreaterThan(0);
    for (const action of foreign) expect(action).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/);
  });

  test.each(workflows)('$file holds no keys and reads no secrets', ({ text }) => {
    expect(text).not.toMatch(/secrets\.|aws-access-key-id|AKIA|pull_request_target/);
  });

  test.each(workflows)('$file may read the code and nothing else unless a job says so', ({ text }) => {
    expect(text).toMatch(/^permissions:\n {2}contents: read\n\n/m);
  });

  test('only jobs that wait for an environment get a token for AWS', () => {
    const jobs = workflows.flatMap(({ text }) => text.split(/^ {2}(?=[\w-]+:\n)/m));
    const withToken = jobs.filter((job) => job.includes('id-token: write'));
    expect(withToken).toHaveLength(2);
    for (const job of withToken) expect(job).toMatch(/^ {4}environment: \$\{\{ inputs\.environment \}\}/m);
    // What a package runs when it is installed could ask for such a token too.
    for (const job of withToken) expect(job).toContain('npm ci --ignore-scripts\n');
  });

  test('what the reviewers see is got with a role that cannot deploy', () => {
    const roleOf = (name: string) =>
      new RegExp(`^ {2}${name}:\\n(?: {4}.*\\n|\\n)*? +role-to-assume: (.*)$`, 'm').exec(deployText)?.[1];
    expect(roleOf('diff')).toBe('${{ vars.AWS_DIFF_ROLE_ARN }}');
    expect(roleOf('deploy')).toBe('${{ vars.AWS_DEPLOY_ROLE_ARN }}');
  });

  test.each(workflows)('$file fails with the first command of a pipe that fails', ({ text }) => {
    for (const step of text.split(/^ {6}- /m).filter((each) => /^ *(- )?run:.* \| /m.test(each))) {
      expect(step).toMatch(/^ +shell: bash$/m);
    }
  });
});
