/** What one check of the preflight has found. */
export interface Finding {
  /** What was checked, in a few words. */
  check: string;
  /** `unknown`: it could not be looked at, which is neither good nor bad. */
  outcome: 'ok' | 'warning' | 'failed' | 'unknown';
  detail: string;
  /** What to do; absent when nothing is to be done. */
  remedy?: string;
}

const GLYPHS: Record<Finding['outcome'], string> = { ok: '✓', warning: '!', failed: '✗', unknown: '?' };

/** The findings as a person reads them, what is to be done below each. */
export function formatFindings(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ check }) => check.length));
  return findings
    .flatMap(({ check, outcome, detail, remedy }) => [
      `${GLYPHS[outcome]} ${check.padEnd(width)}  ${detail}`,
      ...(remedy === undefined ? [] : [`  ${' '.repeat(width)}  → ${remedy}`]),
    ])
    .join('\n');
}

/** Turns a refusal into a finding: permissions a person lacks are no fault of the account. */
export function unknownBecause(check: string, error: unknown, remedy: string): Finding {
  const reason = error instanceof Error ? error.name : 'unknown error';
  return { check, outcome: 'unknown', detail: `could not be looked at (${reason})`, remedy };
}
