import { DEFAULT_DECLARED_INPUT, type DeclaredInput } from '../../functions/domain/declared-input.ts';
import type { MaintenanceWindow } from '../../functions/domain/maintenance.ts';

/** Channel declarations of a deployment with default settings. */
export const DECLARED: { declaredInput: DeclaredInput; maintenance: MaintenanceWindow } = {
  declaredInput: DEFAULT_DECLARED_INPUT,
  maintenance: { day: 'TUESDAY', startTime: '04:00' },
};
