export const HEALTH_LEVELS = ['unknown', 'waiting_for_source', 'good', 'degraded', 'reconnecting', 'down'] as const;
export type HealthLevel = (typeof HEALTH_LEVELS)[number];
