import { Button } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { ImportItem, ImportRequest, ImportResult } from '../../../functions/api/schemas/transfer.ts';
import { problemOf } from '../api/request.ts';
import { useImport } from '../api/transfer.ts';
import { ProblemPanel } from '../app/ProblemText.tsx';
import page from '../ui/page.module.css';
import { ImportItems, type Secrets } from './ImportItems.tsx';
import { isImportable, summarize } from './import-text.ts';

interface ImportPreviewProps {
  /** What is imported: a document or a list, with its passphrase. */
  wanted: ImportRequest;
  onDone?: () => void;
}

/** Previews an import, lets people select its items, and carries it out. */
export function ImportPreview({ wanted, onDone }: ImportPreviewProps) {
  const [left, setLeft] = useState<ImportResult | null>(null);
  const preview = useImport(() => undefined);
  const run = useImport(setLeft);
  const [deselected, setDeselected] = useState<ReadonlySet<string>>(new Set());
  const [secrets, setSecrets] = useState<Secrets>({});
  const { mutate: look } = preview;
  useEffect(() => look({ ...wanted, dryRun: true }), [look, wanted]);

  const result = run.data ?? preview.data;
  const problem = problemOf(run.error) ?? problemOf(preview.error);
  const isDone = run.data !== undefined;
  const selected = (result?.items ?? []).filter(
    (item) => isImportable(item) && !deselected.has(item.item) && isComplete(item, secrets),
  );
  const select = (item: string, isSelected: boolean) =>
    setDeselected((before) => {
      const after = new Set(before);
      if (isSelected) after.delete(item);
      else after.add(item);
      return after;
    });
  const enter = (item: string, secret: ImportItem['needs'][number], value: string) =>
    setSecrets((before) => ({ ...before, [item]: { ...before[item], [secret]: value } }));
  const start = () =>
    run.mutate(
      { ...wanted, secrets: enteredOf(secrets), select: selected.map(({ item }) => item) },
      { onSuccess: () => onDone?.() },
    );

  return (
    <>
      <p role="status" className={page.lead}>
        {run.isPending
          ? `Importing${left ? `: ${summarize(left)}` : ''}…`
          : isDone
            ? `${summarize(run.data)}.`
            : preview.isPending
              ? 'Comparing with what is here…'
              : result && describePreview(result)}
      </p>
      {problem && <ProblemPanel problem={problem} isInSight />}
      {result && result.items.length > 0 && (
        <ImportItems
          items={result.items}
          selected={isDone ? null : new Set(selected.map(({ item }) => item))}
          secrets={secrets}
          onSelect={select}
          onSecret={enter}
        />
      )}
      {result && !isDone && (
        <Button loading={run.isPending} disabled={selected.length === 0} onClick={start}>
          Import {selected.length} {selected.length === 1 ? 'item' : 'items'}
        </Button>
      )}
    </>
  );
}

function describePreview({ items }: ImportResult): string {
  if (items.length === 0) return 'The document contains nothing.';
  const left = items.filter(isImportable).length;
  if (left === 0) return 'Nothing to import: everything is here already, or cannot be imported.';
  return `${left} of ${items.length} items differ from what is here. Nothing has been changed yet.`;
}

/** An item that needs a secret can be imported once it is entered. */
function isComplete({ item, needs }: ImportItem, secrets: Secrets): boolean {
  return needs.every((secret) => (secrets[item]?.[secret] ?? '') !== '');
}

/** Leaves out empty fields, which the API refuses. */
function enteredOf(secrets: Secrets): Secrets {
  return Object.fromEntries(
    Object.entries(secrets).map(([item, values]) => [
      item,
      Object.fromEntries(Object.entries(values).filter(([, value]) => value !== '')),
    ]),
  );
}
