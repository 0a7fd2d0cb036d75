/** Result of one preflight check. */
export interface Finding {
  /** What the check covers, in a few words. */
  check: string;
  /** `unknown`: the check could not run, so the result is neither good nor bad. */
  outcome: 'ok' | 'warning' | 'failed' | 'unknown';
  detail: string;
  /** Action to take; absent if there is nothing to do. */
  remedy?: string;
}

const GLYPHS: Record<Finding['outcome'], string> = { ok: '✓', warning: '!', failed: '✗', unknown: '?' };

/** Formats the findings for a terminal, each remedy below its finding. */
export function formatFindings(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ check }) => check.length));
  return findings
    .flatMap(({ check, outcome, detail, remedy }) => [
      `${GLYPHS[outcome]} ${check.padEnd(width)}  ${detail}`,
      ...(remedy === undefined ? [] : [`  ${' '.repeat(width)}  → ${remedy}`]),
    ])
    .join('\n');
}

/** Converts an error to an `unknown` finding: missing permissions of the caller are no fault of the account. */
export function unknownBecause(check: string, error: unknown, remedy: string): Finding {
  const reason = error instanceof Error ? error.name : 'unknown error';
  return { check, outcome: 'unknown', detail: `could not be checked (${reason})`, remedy };
}
