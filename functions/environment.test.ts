import { describe, expect, it } from 'vitest';
import {
  ApiEnvironment,
  CostReportEnvironment,
  MonitorEnvironment,
  readEnvironment,
  stateMachineArnsOf,
  SweepEnvironment,
  WorkflowEnvironment,
} from './environment.ts';

const machine = (kind: string) => `arn:aws:states:eu-west-1:000000000000:stateMachine:destination-${kind}:live`;
const complete = {
  TABLE_NAME: 'sluice',
  KEY_ID: 'key-1',
  FLOW_ARN: 'arn:aws:mediaconnect:eu-west-1:000000000000:flow:1-a:sluice',
  INPUT_SECURITY_GROUP_ID: '123',
  MEDIALIVE_ROLE_ARN: 'arn:aws:iam::000000000000:role/medialive',
  FLOW_ROLE_ARN: 'arn:aws:iam::000000000000:role/mediaconnect',
  PACKAGE_CHANNEL_ID: 'sluice',
  REPORT_BUCKET: 'sluice-reports',
  RECORDING_BUCKET: 'sluice-recordings',
  HARVEST_ROLE_ARN: 'arn:aws:iam::000000000000:role/harvest',
  STATE_MACHINE_ARN_CREATE: machine('create'),
  STATE_MACHINE_ARN_START: machine('start'),
  STATE_MACHINE_ARN_STOP: machine('stop'),
  STATE_MACHINE_ARN_TEARDOWN: machine('teardown'),
  STATE_MACHINE_ARN_INCIDENT: machine('incident'),
  STATE_MACHINE_ARN_DELIVERY: machine('delivery'),
  STATE_MACHINE_ARN_RECORDING: machine('recording'),
  STATE_MACHINE_ARN_SHOW: machine('show'),
  STATE_MACHINE_ARN_GROUP: machine('group'),
  STATE_MACHINE_ARN_SLATE: machine('slate'),
  NOTIFICATION_TOPIC_ARN: 'arn:aws:sns:eu-west-1:111122223333:sluice-prod-notifications',
  DEPLOYMENT_ID: 'prod',
  DECLARED_INPUT: 'AVC/HD/MAX_10_MBPS',
  MAINTENANCE: 'SUNDAY/23:00',
  FINGERPRINT_SECRET_ARN: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:fingerprint',
  PUBLIC_HOST: 'sluice.example.com',
  PREVIEW_KEY_SECRET_ARN: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:preview',
  PREVIEW_KEY_PAIR_ID: 'K2JCJMDEHXQW5F',
  USER_POOL_ID: 'eu-west-1_Ab12Cd34',
  DASHBOARD_CLIENT_ID: 'client1',
  COMMAND_LINE_CLIENT_ID: 'client4',
  SCRIPT_CLIENTS: 'operator:client2,admin:client3',
  SIGN_IN_DOMAIN: 'https://sluice.auth.eu-west-1.amazoncognito.com',
};

describe('readEnvironment', () => {
  it('gives each function the variables of its schema, and no others', () => {
    expect(readEnvironment(MonitorEnvironment, complete)).toEqual({
      TABLE_NAME: complete.TABLE_NAME,
      FLOW_ARN: complete.FLOW_ARN,
      INPUT_SECURITY_GROUP_ID: complete.INPUT_SECURITY_GROUP_ID,
      STATE_MACHINE_ARN_CREATE: complete.STATE_MACHINE_ARN_CREATE,
      STATE_MACHINE_ARN_START: complete.STATE_MACHINE_ARN_START,
      STATE_MACHINE_ARN_STOP: complete.STATE_MACHINE_ARN_STOP,
      STATE_MACHINE_ARN_TEARDOWN: complete.STATE_MACHINE_ARN_TEARDOWN,
      STATE_MACHINE_ARN_INCIDENT: complete.STATE_MACHINE_ARN_INCIDENT,
      STATE_MACHINE_ARN_DELIVERY: complete.STATE_MACHINE_ARN_DELIVERY,
      STATE_MACHINE_ARN_RECORDING: complete.STATE_MACHINE_ARN_RECORDING,
      CHANNEL_QUOTA: 5,
      PUSH_INPUT_QUOTA: 5,
      DECLARED_INPUT: { Codec: 'AVC', Resolution: 'HD', MaximumBitrate: 'MAX_10_MBPS' },
      SOURCE_ANALYSIS: true,
      BACKUP_SOURCE: false,
    });
    expect(Object.keys(readEnvironment(SweepEnvironment, complete))).not.toContain('KEY_ID');
    expect(readEnvironment(CostReportEnvironment, complete)).not.toHaveProperty('FINGERPRINT_SECRET_ARN');
  });

  it('defaults to AWS’s quotas, and returns the state machines by kind', () => {
    const environment = readEnvironment(WorkflowEnvironment, complete);
    expect(environment).toMatchObject({ CHANNEL_QUOTA: 5, PUSH_INPUT_QUOTA: 5 });
    expect(environment).toMatchObject({
      DECLARED_INPUT: { Codec: 'AVC', Resolution: 'HD', MaximumBitrate: 'MAX_10_MBPS' },
      MAINTENANCE: { day: 'SUNDAY', startTime: '23:00' },
    });
    expect(stateMachineArnsOf(environment)).toMatchObject({ start: machine('start'), teardown: machine('teardown') });
  });

  it.each([
    [
      'operator:client2,admin:client3',
      [
        { role: 'operator', clientId: 'client2' },
        { role: 'admin', clientId: 'client3' },
      ],
    ],
    ['', []],
    [undefined, []],
  ])('parses the clients of scripts from %j', (given, clients) => {
    const environment = readEnvironment(ApiEnvironment, { ...complete, SCRIPT_CLIENTS: given });
    expect(environment.SCRIPT_CLIENTS).toEqual(clients);
  });

  it('names all missing and wrong variables at once, without their values', () => {
    const broken = { ...complete, TABLE_NAME: undefined, CHANNEL_QUOTA: 'many-secret', FLOW_ARN: 'flow-secret' };
    const read = () => readEnvironment(WorkflowEnvironment, broken);
    expect(read).toThrow(/TABLE_NAME.*FLOW_ARN.*CHANNEL_QUOTA/s);
    expect(read).not.toThrow(/secret/);
  });

  it('defaults to a primary at 720p30 in the mode always, and to cold destinations', () => {
    expect(readEnvironment(SweepEnvironment, complete)).toMatchObject({
      PRIMARY_PRESET: '720p30',
      PRIMARY_MODE: 'always',
    });
    expect(readEnvironment(ApiEnvironment, complete)).toMatchObject({ DEFAULT_STANDBY: 'cold' });
  });

  it.each([
    ['DEPLOYMENT_ID', 'Prod'],
    ['FINGERPRINT_SECRET_ARN', 'x'.repeat(32)],
    ['PUBLIC_HOST', 'https://sluice.example.com'],
    ['PUBLIC_HOST', 'Sluice.example.com'],
    ['STATE_MACHINE_ARN_STOP', 'destination-stop'],
    ['USER_POOL_ID', 'pool'],
    ['DECLARED_INPUT', 'AVC/HD'],
    ['PRIMARY_MODE', 'sometimes'],
    ['SIGN_IN_DOMAIN', 'http://sluice.example.com'],
    ['SIGN_IN_DOMAIN', 'https://sluice.example.com/sign-in'],
  ])('refuses %s = %s', (name, value) => {
    expect(() => readEnvironment(ApiEnvironment, { ...complete, [name]: value })).toThrow(name);
  });
});
