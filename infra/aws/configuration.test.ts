import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { configurationJsonSchema, environmentNames, parseConfiguration, readConfiguration } from './configuration.ts';

const SMALLEST = {
  deploymentId: 'show',
  source: { allowedCidr: '203.0.113.7/32' },
  alarmEmail: 'operator@example.com',
  monthlyBudgetUsd: 100,
};

const CERTIFICATE = 'arn:aws:acm:us-east-1:111122223333:certificate/0a1b';

const parse = (over: object) => parseConfiguration({ ...SMALLEST, ...over }, 'show.json');
const refusal = (over: object) => {
  try {
    parse(over);
  } catch (error) {
    return (error as Error).message;
  }
  return '';
};

describe('a configuration', () => {
  it('needs only four values and keeps data by default', () => {
    expect(parse({})).toMatchObject({
      keepsData: true,
      logRetentionDays: 90,
      quotas: { channels: 5, pushInputs: 5 },
      maintenance: { day: 'Tuesday', hourUtc: 4 },
      source: { name: 'encoder', port: 5000, anyAddressAllowed: false },
      primaryEncodings: ['720p30'],
      scriptRoles: [],
    });
  });

  it('accepts a source block as wide as the internet only with anyAddressAllowed', () => {
    expect(refusal({ source: { allowedCidr: '0.0.0.0/0' } })).toContain(
      'source.allowedCidr = "0.0.0.0/0": lets large parts',
    );
    expect(parse({ source: { allowedCidr: '0.0.0.0/0', anyAddressAllowed: true } }).source.allowedCidr).toBe(
      '0.0.0.0/0',
    );
  });

  it.each([
    [{ deploymentId: 'Show!' }, 'deploymentId = "Show!": at most 20 lower-case letters'],
    [{ deploymentId: 'aws-show' }, 'deploymentId = "aws-show": must not contain aws, amazon or cognito'],
    [{ source: { allowedCidr: '203.0.113.7' } }, 'source.allowedCidr = "203.0.113.7": not an IPv4 block'],
    [
      { source: { allowedCidr: '203.0.113.7/32', port: 2088 } },
      'source.port = 2088: a port from 1024 to 65535, except 2077 and 2088',
    ],
    [
      { source: { allowedCidr: '203.0.113.7/24' } },
      'source.allowedCidr = "203.0.113.7/24": has bits behind its prefix; the block is 203.0.113.0/24',
    ],
    [{ source: { allowedCidr: '192.168.1.0/24' } }, 'is not an address on the internet'],
    [
      { source: { allowedCidr: '203.0.113.7/32', name: 'backup' } },
      'source.name = "backup": is the name of the backup source; choose another one',
    ],
    [{ source: { allowedCidr: '203.0.113.7/32', backup: {} } }, 'source.backup.allowedCidr = undefined: '],
    [
      { source: { allowedCidr: '203.0.113.7/32', backup: { allowedCidr: '198.51.100.7/32', port: 5000 } } },
      'source.backup.port = 5000: is the port of the main source: each SRT listener of a flow needs its own',
    ],
    [
      { source: { allowedCidr: '203.0.113.7/32', backup: { allowedCidr: '0.0.0.0/0' } } },
      'source.backup.allowedCidr = "0.0.0.0/0": lets large parts of the internet send; give the encoder’s block, or set source.backup.anyAddressAllowed to true',
    ],
    [{ source: { allowedCidr: '100.64.0.0/10' } }, 'is not an address on the internet'],
    [{ source: { allowedCidr: '128.0.0.0/1' } }, 'lets large parts of the internet send'],
    [{ region: 'ap-southeast-4' }, 'region = "ap-southeast-4": CloudFront delivers no access logs'],
    [{ region: 'cn-north-1' }, 'another partition'],
    [{ region: 'us-gov-west-1' }, 'another partition'],
    [{ primaryEncodings: ['720p30', '720p30'] }, 'names an encoding twice'],
    [{ primaryEncodings: ['source'] }, 'not an encoding with a size'],
    [{ scriptRoles: ['viewer', 'viewer'] }, 'names a role twice'],
    [{ runbookUrl: 'https://wiki.example/RUNBOOK#alarms' }, 'must have no #'],
    [{ runbookUrl: `https://wiki.example/${'x'.repeat(500)}` }, 'at most 500 characters'],
    [{ domain: { name: 'Live.example.com', certificateArn: CERTIFICATE } }, 'a host name in lower case'],
    [{ domain: { name: 'live', certificateArn: CERTIFICATE } }, 'a host name in lower case'],
    [{ domain: { name: '203.0.113.7', certificateArn: CERTIFICATE } }, 'a host name in lower case'],
    [
      { account: '999999999999', domain: { name: 'live.example.com', certificateArn: CERTIFICATE } },
      'belongs to another account',
    ],
    [{ alarms: { hoursWithoutSource: 25 } }, 'alarms.hoursWithoutSource = 25'],
    [{ costAnomalies: { monitorArn: 'monitor' } }, 'the ARN of a cost anomaly monitor'],
    [{ previewKeysVersion: 0 }, 'previewKeysVersion = 0'],
    [{ flowOutputPermission: 'all' }, 'flowOutputPermission = "all"'],
    [{ account: '42' }, 'account = "42": twelve digits'],
    [{ region: 'Frankfurt' }, 'region = "Frankfurt": a Region such as eu-central-1'],
    [{ alarmEmail: 'operator' }, 'alarmEmail = "operator"'],
    [{ monthlyBudgetUsd: 0 }, 'monthlyBudgetUsd = 0'],
    [{ logRetentionDays: 8 }, 'logRetentionDays = 8'],
    [{ primaryEncodings: ['4320p'] }, 'primaryEncodings.0 = "4320p"'],
    [{ quotas: { channels: 0 } }, 'quotas.channels = 0'],
    [{ maintenance: { hourUtc: 24 } }, 'maintenance.hourUtc = 24'],
    [
      { domain: { name: 'live.example', certificateArn: 'arn:aws:acm:eu-central-1:1:x' } },
      'a certificate in us-east-1',
    ],
    [{ streamKey: 'x' }, 'Unrecognized key: "streamKey"'],
  ])('is refused with the file, field, value and allowed values for %j', (over, expected) => {
    expect(refusal(over)).toMatch(/^show\.json cannot be deployed:\n/);
    expect(refusal(over)).toContain(expected);
  });

  it('accepts a custom domain, an account and Regions that need no opt-in', () => {
    const domain = { name: 'live.example-tv.co.uk', certificateArn: CERTIFICATE };
    expect(parse({ account: '111122223333', region: 'eu-central-1', domain }).domain).toEqual(domain);
    for (const region of ['us-east-1', 'us-west-2', 'ap-northeast-1', 'sa-east-1']) {
      expect(parse({ region }).region).toBe(region);
    }
  });

  it('is refused with all its faults at once', () => {
    expect(refusal({ account: '42', monthlyBudgetUsd: 0 }).split('\n')).toHaveLength(3);
  });
});

describe('an environment', () => {
  it('is dev or prod as shipped, and both are safe to deploy unchanged', () => {
    expect(environmentNames().sort()).toEqual(['dev', 'prod']);
    for (const name of environmentNames()) {
      const { source, keepsData } = readConfiguration(name);
      expect(source.anyAddressAllowed).toBe(false);
      expect(keepsData).toBe(name === 'prod');
    }
  });

  it('that does not exist is refused with the names of those that do', () => {
    expect(() => readConfiguration('staging')).toThrow('there is no environment "staging": choose dev, prod');
  });

  it('is described by a schema file equal to the one the program checks', () => {
    const file = join(import.meta.dirname, 'environments', 'schema.json');
    const remedy = 'run node infra/aws/environments/generate-schema.ts';
    expect(JSON.parse(readFileSync(file, 'utf8')), remedy).toEqual(configurationJsonSchema());
  });
});
