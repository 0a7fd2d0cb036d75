import { Button, PasswordInput } from '@mantine/core';
import { useState } from 'react';
import { problemOf } from '../api/request.ts';
import { useSession } from '../api/session.ts';
import { useExport } from '../api/transfer.ts';
import { ProblemPanel } from '../app/ProblemText.tsx';
import page from '../ui/page.module.css';
import { saveFile } from '../ui/save-file.ts';
import classes from './Transfer.module.css';

const PASSPHRASE_LENGTH_MIN = 12;

/** Downloads what is set up here. */
export function ExportSection() {
  const [passphrase, setPassphrase] = useState('');
  const [withPictures, setWithPictures] = useState(true);
  const isOnAws = useSession().data?.embedded === false;
  const download = useExport();
  const problem = problemOf(download.error);
  const isShort = passphrase !== '' && passphrase.length < PASSPHRASE_LENGTH_MIN;
  const save = (format: 'json' | 'csv') => {
    const isCsv = format === 'csv';
    const body = isCsv ? { format } : { withPictures, ...(passphrase === '' ? {} : { passphrase }) };
    const name = isCsv ? 'sluice-destinations.csv' : `sluice-${new Date().toISOString().slice(0, 10)}.json`;
    download.mutate(body, { onSuccess: (text) => saveFile(name, isCsv ? 'text/csv' : 'application/json', text) });
  };
  return (
    <section aria-labelledby="export">
      <h2 id="export">Export</h2>
      <p className={page.lead}>
        One file with the destinations, planned shows, notification targets, settings and pictures of this installation.
      </p>
      <div className={classes.form}>
        {isOnAws ? (
          <p>The file contains no stream keys: on AWS, what serves this page may not decrypt them. Enter them again.</p>
        ) : (
          <PasswordInput
            label="Passphrase for the keys"
            description="With a passphrase, the file contains all stream keys, encrypted. Without one, it contains none."
            autoComplete="new-password"
            value={passphrase}
            error={isShort ? `Use at least ${PASSPHRASE_LENGTH_MIN} characters` : undefined}
            onChange={(event) => setPassphrase(event.currentTarget.value)}
          />
        )}
        <label className={classes.check}>
          <input
            type="checkbox"
            checked={withPictures}
            onChange={(event) => setWithPictures(event.currentTarget.checked)}
          />
          With the slate and the covers
        </label>
        {problem && <ProblemPanel problem={problem} isInSight />}
        <div className={page.actions}>
          <Button loading={download.isPending} disabled={isShort} onClick={() => save('json')}>
            Export
          </Button>
          <Button variant="default" disabled={download.isPending} onClick={() => save('csv')}>
            Destinations as CSV
          </Button>
        </div>
      </div>
    </section>
  );
}
