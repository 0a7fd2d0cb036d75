import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const DIRECTORY = join(import.meta.dirname, '..', '..', '.github', 'workflows');
const workflows = readdirSync(DIRECTORY).map((file) => ({ file, text: readFileSync(join(DIRECTORY, file), 'utf8') }));
const deployText = workflows.find(({ file }) => file === 'deploy.yml')!.text;
const checkText = workflows.find(({ file }) => file === 'check.yml')!.text;
const releaseText = workflows.find(({ file }) => file === 'release.yml')!.text;
/** Text of each job, by name. */
const jobsOf = (text: string) =>
  Object.fromEntries(
    text
      .slice(text.indexOf('\njobs:\n'))
      .split(/^ {2}(?=[\w-]+:\n)/m)
      .slice(1)
      .map((job) => [job.slice(0, job.indexOf(':')), job]),
  );
const used = ({ text }: { text: string }) => [...text.matchAll(/uses: (\S+)/g)].map(([, action]) => action!);

describe('GitHub Actions', () => {
  test.each(workflows)('use actions of others only at a pinned commit in $file', (workflow) => {
    const foreign = used(workflow).filter((action) => !action.startsWith('./'));
    expect(foreign.length).toBeGreaterThan(0);
    for (const action of foreign) expect(action).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/);
  });

  test.each(workflows)('use neither keys nor secrets in $file', ({ text }) => {
    expect(text).not.toMatch(/secrets\.|aws-access-key-id|AKIA|pull_request_target/);
  });

  test.each(workflows)('may only read the code in $file unless a job requests more', ({ text }) => {
    expect(text).toMatch(/^permissions:\n {2}contents: read\n\n/m);
  });

  test('give a token for AWS only to jobs that wait for an environment', () => {
    const jobs = workflows.flatMap(({ text }) => text.split(/^ {2}(?=[\w-]+:\n)/m));
    const withToken = jobs.filter((job) => job.includes('id-token: write'));
    expect(withToken).toHaveLength(2);
    for (const job of withToken) expect(job).toMatch(/^ {4}environment: \$\{\{ inputs\.environment \}\}/m);
    // An install script of a package could request such a token, too.
    for (const job of withToken) expect(job).toContain('npm ci --ignore-scripts\n');
  });

  test('show reviewers a diff made with a role that cannot deploy', () => {
    const roleOf = (name: string) =>
      new RegExp(`^ {2}${name}:\\n(?: {4}.*\\n|\\n)*? +role-to-assume: (.*)$`, 'm').exec(deployText)?.[1];
    expect(roleOf('diff')).toBe('${{ vars.AWS_DIFF_ROLE_ARN }}');
    expect(roleOf('deploy')).toBe('${{ vars.AWS_DEPLOY_ROLE_ARN }}');
  });

  test.each(workflows)('fail at the first failing command of a pipe in $file', ({ text }) => {
    for (const step of text.split(/^ {6}- /m).filter((each) => /^ *(- )?run:.* \| /m.test(each))) {
      expect(step).toMatch(/^ +shell: bash$/m);
    }
  });

  test('release a tag only after its version and everything that CI checks', () => {
    const { notes, check, publish } = jobsOf(releaseText);
    expect(releaseText).toMatch(/^on:\n {2}push:\n {4}tags: \['v\*'\]\n\n/m);
    expect(notes).toContain('run: node infra/release/release-notes.ts "$GITHUB_REF_NAME"');
    expect(check).toMatch(/needs: \[notes\]\n {4}uses: \.\/\.github\/workflows\/check\.yml\n/);
    expect(publish).toMatch(/needs: \[check\]\n/);
    expect(publish).toContain('--verify-tag');
    const command = readFileSync(join(DIRECTORY, '..', '..', '.ci', 'run'), 'utf8')
      .trim()
      .split('\n')
      .at(-1);
    expect(checkText).toContain(`- run: ${command}\n`);
  });

  test('write to the repository only in the job that publishes, which runs no code of a package', () => {
    const writing = workflows.flatMap(({ text }) =>
      Object.entries(jobsOf(text)).filter(([, job]) => /(contents|packages|actions): write|write-all/.test(job)),
    );
    expect(writing.map(([name]) => name)).toEqual(['publish']);
    expect(writing[0]![1]).not.toMatch(/npm |npx |node |checkout/);
  });
});
