import { beforeAll, describe, expect, it } from 'vitest';
import { AUDIENCE_RESOURCES, BACKUP_RESOURCES, BILLED_RESOURCES } from '../../functions/domain/deployment-cost.ts';
import { synthesize, withAudience, withBackup, type StackId, type Synthesized } from './synthesized.ts';

let deployment: Synthesized;
beforeAll(() => {
  deployment = synthesize('dev');
});

/** Counted stack by stack, because two stacks may use the same logical id. */
const secretsOf = ({ stacks, resources }: Synthesized) =>
  (Object.keys(stacks) as StackId[]).flatMap((stack) => Object.keys(resources('AWS::SecretsManager::Secret', stack)))
    .length;

const count = (type: string) => Object.keys(deployment.resources(type)).length;

/** CloudWatch bills an alarm once for each metric it reads. [aws.amazon.com/cloudwatch/pricing] */
function countAlarmMetrics(): number {
  return Object.values(deployment.resources('AWS::CloudWatch::Alarm'))
    .map(({ Properties }) => {
      const queries = (Properties['Metrics'] ?? []) as { MetricStat?: object }[];
      return queries.filter(({ MetricStat }) => MetricStat !== undefined).length || 1;
    })
    .reduce((total, metrics) => total + metrics, 0);
}

describe('BILLED_RESOURCES in functions/domain/deployment-cost.ts', () => {
  it('lists as many resources as the stacks create', () => {
    expect(BILLED_RESOURCES).toEqual({
      alarmMetric: countAlarmMetrics(),
      customMetric: count('AWS::Logs::MetricFilter'),
      metricsDashboard: count('AWS::CloudWatch::Dashboard'),
      kmsKey: count('AWS::KMS::Key'),
      secret: secretsOf(deployment),
    });
  });

  it('adds what the public pages add', () => {
    const without = { alarmMetric: countAlarmMetrics(), secret: secretsOf(deployment) };
    deployment = synthesize('dev', withAudience('dev'));
    const added = {
      alarmMetric: countAlarmMetrics() - without.alarmMetric,
      secret: secretsOf(deployment) - without.secret,
    };
    deployment = synthesize('dev');
    expect(AUDIENCE_RESOURCES).toEqual(added);
  });

  it('adds what a backup source adds', () => {
    expect(BACKUP_RESOURCES).toEqual({
      secret: secretsOf(synthesize('dev', withBackup('dev'))) - secretsOf(deployment),
    });
  });
});
