import { describe, expect, it } from 'vitest';
import { readEnvironment } from './environment.ts';

const machine = (kind: string) => `arn:aws:states:eu-west-1:000000000000:stateMachine:destination-${kind}`;
const complete = {
  TABLE_NAME: 'sluice',
  KEY_ID: 'key-1',
  FLOW_ARN: 'arn:aws:mediaconnect:eu-west-1:000000000000:flow:1-a:sluice',
  INPUT_SECURITY_GROUP_ID: '123',
  MEDIALIVE_ROLE_ARN: 'arn:aws:iam::000000000000:role/medialive',
  PACKAGE_CHANNEL_ID: 'sluice',
  STATE_MACHINE_ARN_CREATE: machine('create'),
  STATE_MACHINE_ARN_START: machine('start'),
  STATE_MACHINE_ARN_STOP: machine('stop'),
  STATE_MACHINE_ARN_TEARDOWN: machine('teardown'),
  DEPLOYMENT_ID: 'prod',
  FINGERPRINT_SECRET: 'x'.repeat(32),
};

describe('the environment', () => {
  it('gives the deployment, with AWS’s default quotas and no loopback targets', () => {
    expect(readEnvironment(complete)).toMatchObject({
      operatorGroup: null,
      deployment: {
        deploymentId: 'prod',
        stateMachineArns: { start: machine('start'), teardown: machine('teardown') },
        channelQuota: 5,
        pushInputQuota: 5,
        loopbackTargetsAllowed: false,
      },
    });
  });

  it('names everything that is missing or wrong at once, and no value', () => {
    const broken = { ...complete, TABLE_NAME: undefined, CHANNEL_QUOTA: 'many-secret', FLOW_ARN: 'flow-secret' };
    expect(() => readEnvironment(broken)).toThrow(/TABLE_NAME.*FLOW_ARN.*CHANNEL_QUOTA/s);
    expect(() => readEnvironment(broken)).not.toThrow(/secret/);
  });
});
