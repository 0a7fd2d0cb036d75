/**
 * The weekly window in which AWS may restart a channel that needs maintenance.
 * @see https://docs.aws.amazon.com/medialive/latest/ug/maintenance.html
 */
export const MAINTENANCE_DAYS = ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY'] as const;

export interface MaintenanceWindow {
  day: (typeof MAINTENANCE_DAYS)[number];
  /** `HH:00`, UTC. */
  startTime: string;
}

/** Formats the window for an environment variable: `TUESDAY/04:00`. */
export function formatMaintenance({ day, startTime }: MaintenanceWindow): string {
  return `${day}/${startTime}`;
}

/** Inverts `formatMaintenance`. Returns null for any other text. */
export function parseMaintenance(text: string): MaintenanceWindow | null {
  const [, day, startTime] = /^([A-Z]+)\/((?:[01]\d|2[0-3]):00)$/.exec(text) ?? [];
  const known = MAINTENANCE_DAYS.find((one) => one === day);
  return known !== undefined && startTime !== undefined ? { day: known, startTime } : null;
}
