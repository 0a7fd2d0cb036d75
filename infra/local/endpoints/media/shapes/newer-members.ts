import type { implementedInputs } from './implemented-inputs.ts';

const FAULT = {
  type: 'object',
  properties: { State: { enum: ['ENABLED', 'DISABLED'] }, ThresholdSeconds: { type: 'integer' } },
  additionalProperties: false,
};

const listOf = (faults: Record<string, typeof FAULT>) => ({
  type: 'array',
  items: { type: 'object', properties: faults, additionalProperties: false },
});

/**
 * Members that a service has and the declarations of our SDK client lack, by shape. `client-mediaconnect` is older than
 * the content quality analysis.
 * @see https://docs.aws.amazon.com/mediaconnect/latest/api/API_MonitoringConfig.html
 */
export const newerMembers: Partial<Record<keyof typeof implementedInputs, Record<string, Record<string, object>>>> = {
  mediaconnect: {
    MonitoringConfig: {
      ContentQualityAnalysisState: { enum: ['ENABLED', 'DISABLED'] },
      AudioMonitoringSettings: listOf({ SilentAudio: FAULT }),
      VideoMonitoringSettings: listOf({ BlackFrames: FAULT, FrozenFrames: FAULT }),
    },
  },
};
