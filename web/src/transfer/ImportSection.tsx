import { Button, FileInput, PasswordInput } from '@mantine/core';
import { useState } from 'react';
import type { ImportRequest } from '../../../functions/api/schemas/transfer.ts';
import page from '../ui/page.module.css';
import { ImportPreview } from './ImportPreview.tsx';
import { readImportFile, type ReadFile } from './read-import-file.ts';
import classes from './Transfer.module.css';

/** Imports a file: an export, or destinations as CSV. */
export function ImportSection() {
  const [file, setFile] = useState<ReadFile | null>(null);
  const [passphrase, setPassphrase] = useState('');
  const [schedules, setSchedules] = useState(false);
  const [wanted, setWanted] = useState<ImportRequest | null>(null);
  const [previews, setPreviews] = useState(0);
  const content = file?.content ?? null;
  const hasKeys = content !== null && 'document' in content && typeof content.document['keys'] === 'string';
  const isDocument = content !== null && 'document' in content;
  const choose = async (chosen: File | null) => {
    setWanted(null);
    setFile(chosen && (await readImportFile(chosen)));
  };
  const preview = () => {
    if (!content) return;
    setPreviews(previews + 1);
    setWanted({
      ...content,
      ...(hasKeys && passphrase !== '' ? { passphrase } : {}),
      ...(isDocument ? { scheduleShows: schedules } : {}),
    });
  };
  return (
    <section aria-labelledby="import">
      <h2 id="import">Import</h2>
      <p className={page.lead}>You see first what would change. An import starts nothing and deletes nothing.</p>
      <div className={classes.form}>
        <FileInput
          label="File"
          description="An export of Sluice (.json), or destinations as CSV"
          placeholder="Choose a file"
          accept=".json,.csv,.tsv,.txt,application/json,text/csv"
          error={file?.problem}
          clearable
          clearButtonProps={{ 'aria-label': 'Remove the file' }}
          onChange={(chosen) => void choose(chosen)}
        />
        {hasKeys && (
          <PasswordInput
            label="Passphrase of the export"
            description="Without it, the keys are asked for one by one."
            autoComplete="off"
            value={passphrase}
            onChange={(event) => setPassphrase(event.currentTarget.value)}
          />
        )}
        {isDocument && (
          <label className={classes.check}>
            <input
              type="checkbox"
              checked={schedules}
              onChange={(event) => setSchedules(event.currentTarget.checked)}
            />
            Schedule the shows here, too. Otherwise they become drafts
          </label>
        )}
        <Button variant="default" disabled={content === null} onClick={preview}>
          Preview
        </Button>
      </div>
      {wanted && <ImportPreview key={previews} wanted={wanted} />}
    </section>
  );
}
