import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfiguration } from '../../infra/aws/configuration.ts';
import { addDeployment } from '../../infra/aws/deployment.ts';
import { FUNCTION_NAMES } from '../../infra/aws/functions.ts';
import { contextOf, synthesize, withAudience } from './synthesized.ts';

/** Tests the functions as they are uploaded: bundled by the CDK, then loaded by Node without any other files. */

const directory = mkdtempSync(join(tmpdir(), 'sluice-bundles-'));
const bundles = new Map<string, string>();

beforeAll(() => {
  mkdirSync(join(directory, 'dashboard'));
  writeFileSync(join(directory, 'dashboard', 'index.html'), '<!doctype html>');
  mkdirSync(join(directory, 'dashboard', 'watch'));
  writeFileSync(join(directory, 'dashboard', 'watch', 'main.js'), '');
  const app = new App({
    context: { ...contextOf(), 'aws:cdk:bundling-stacks': ['*-control-plane', '*-dashboard', '*-audience'] },
    outdir: join(directory, 'out'),
    builtinCloudFormationValidation: false,
  });
  const { controlPlane, dashboard, audience } = addDeployment(app, {
    environment: 'dev',
    configuration: { ...readConfiguration('dev'), ...withAudience('dev') },
    dashboardDirectory: join(directory, 'dashboard'),
  });
  const functions = [controlPlane, dashboard, audience!].flatMap((stack) =>
    Object.values(Template.fromStack(stack).findResources('AWS::Lambda::Function')),
  );
  // The CDK's custom resource handlers have no name.
  for (const { Properties: properties } of functions.filter((each) => each['Properties'].FunctionName)) {
    const hash = String(properties.Code.S3Key).replace(/\.zip$/, '');
    bundles.set(properties.FunctionName, join(directory, 'out', `asset.${hash}`, 'index.mjs'));
  }
}, 180_000);

afterAll(() => rmSync(directory, { recursive: true, force: true }));

const environments = (() => {
  const { resources, resolve } = synthesize('dev', withAudience('dev'));
  return new Map(
    (['controlPlane', 'audience'] as const).flatMap((stack) =>
      Object.values(resources('AWS::Lambda::Function', stack)).map(
        ({ Properties: { FunctionName: name, Environment: environment } }) => [
          name,
          (resolve(environment, stack) as { Variables: Record<string, string> } | undefined)?.Variables,
        ],
      ),
    ),
  );
})();

describe('the Lambda bundle', () => {
  it.concurrent.each([...FUNCTION_NAMES, 'preview-keys', 'audience', 'audience-preview-keys'])(
    'of %s loads without other files in its environment',
    async (name) => {
      const script = 'const { handler } = await import(process.argv[1]); process.stdout.write(typeof handler);';
      const { stdout } = await promisify(execFile)(
        process.execPath,
        ['--input-type=module', '--eval', script, bundles.get(`sluice-dev-${name}`)!],
        { cwd: directory, env: { ...environments.get(`sluice-dev-${name}`), AWS_REGION: 'eu-central-1' } },
      );
      expect(stdout).toBe('function');
    },
    60_000,
  );

  it('of the API contains neither a MediaLive client nor the code that decrypts a stream key', () => {
    const text = (name: string) => readFileSync(bundles.get(`sluice-dev-${name}`)!, 'utf8');
    // The second is a text of that code. The API decrypts the secrets of notification targets.
    for (const word of ['MediaLiveClient', 'the stored stream key of']) {
      expect(text('workflow').includes(word), word).toBe(true);
      expect(text('api').includes(word), word).toBe(false);
    }
  });

  it('of the public pages contains nothing of the control plane', () => {
    const text = readFileSync(bundles.get('sluice-dev-audience')!, 'utf8');
    for (const word of ['MediaLiveClient', 'MediaConnectClient', 'KMSClient', 'SFNClient', 'stream key'])
      expect(text.includes(word), word).toBe(false);
  });

  it('of each function has a source map', () => {
    for (const file of bundles.values()) {
      expect(readFileSync(file, 'utf8')).toMatch(/\n\/\/# sourceMappingURL=index\.mjs\.map\s*$/);
      const { sources } = JSON.parse(readFileSync(`${file}.map`, 'utf8')) as { sources: string[] };
      expect(sources.some((source) => /(functions|infra)\//.test(source))).toBe(true);
    }
  });
});
