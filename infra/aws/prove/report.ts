import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ASSUMPTION_IDS, ASSUMPTIONS, type AssumptionId } from './assumptions.ts';
import { formatLeftovers, type Leftover } from './clean.ts';
import { changeOf, type Finding, type Outcome } from './finding.ts';

export interface ProofReport {
  runId: string;
  environment: string;
  account: string;
  region: string;
  /** RFC 3339. */
  writtenAt: string;
  findings: (Finding & { assumption: string; change: string | null })[];
  left: Leftover[];
}

type ReportFacts = Pick<ProofReport, 'runId' | 'environment' | 'account' | 'region' | 'writtenAt' | 'left'>;

/** Orders the findings like the assumptions and adds what each means. */
export function createProofReport(facts: ReportFacts, findings: readonly Finding[]): ProofReport {
  const byId = new Map<AssumptionId, Finding>(findings.map((finding) => [finding.id, finding]));
  const ordered = ASSUMPTION_IDS.flatMap((id) => byId.get(id) ?? []);
  return {
    ...facts,
    findings: ordered.map((finding) => ({
      ...finding,
      assumption: ASSUMPTIONS[finding.id].assumption,
      change: changeOf(finding),
    })),
  };
}

const HEADINGS: Record<Outcome, string> = {
  'does not hold': 'Does not hold',
  'not decided': 'Not decided',
  holds: 'Holds',
};

/** Formats the report as Markdown, with assumptions that do not hold first. */
function formatReport({ findings, left, ...facts }: ProofReport): string {
  const lines = [
    `# Proof ${facts.runId} of ${facts.environment}`,
    '',
    `Account ${facts.account}, Region ${facts.region}, written at ${facts.writtenAt}.`,
    '',
  ];
  if (left.length > 0) lines.push('## Still there', '', ...formatLeftovers(left, facts.region).map(toItem), '');
  for (const outcome of Object.keys(HEADINGS) as Outcome[]) {
    const matching = findings.filter((finding) => finding.outcome === outcome);
    if (matching.length === 0) continue;
    lines.push(`## ${HEADINGS[outcome]}`, '');
    for (const { id, assumption, seen, change } of matching) {
      lines.push(`### ${id}`, '', assumption, '', ...seen.map((line) => toItem(`Seen: ${line}`)));
      if (change !== null) lines.push(toItem(`To change: ${change}`));
      lines.push('');
    }
  }
  return `${lines.join('\n').trimEnd()}\n`;
}

/** Escapes AWS's text, so that no line of it becomes a heading or a link. */
function toItem(text: string): string {
  return `- ${text.replaceAll(/\s+/g, ' ').replaceAll(/[<>[\]`|]/g, (sign) => `\\${sign}`)}`;
}

/** Writes the report next to the journal. @returns paths of the Markdown and the JSON file */
export function writeReport(folder: string, name: string, report: ProofReport): string[] {
  const files = { [`${name}.md`]: formatReport(report), [`${name}.json`]: `${JSON.stringify(report, null, 2)}\n` };
  return Object.entries(files).map(([file, text]) => {
    const path = join(folder, file);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  });
}
