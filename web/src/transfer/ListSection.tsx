import { Button, Textarea } from '@mantine/core';
import { useState } from 'react';
import type { ImportRequest } from '../../../functions/api/schemas/transfer.ts';
import page from '../ui/page.module.css';
import { ImportPreview } from './ImportPreview.tsx';
import classes from './Transfer.module.css';

/** Adds the destinations of a list that is pasted. */
export function ListSection() {
  const [text, setText] = useState('');
  const [wanted, setWanted] = useState<ImportRequest | null>(null);
  return (
    <section aria-labelledby="list">
      <h2 id="list">Add destinations from a list</h2>
      <p className={page.lead}>
        Paste lines or cells of a spreadsheet: name, platform, stream key and, where the platform has none, the RTMP
        URL.
      </p>
      <div className={classes.form}>
        <Textarea
          label="Destinations"
          description="A first line with names of columns may change their order and add others"
          placeholder={'Main, youtube, abcd-efgh-ijkl-mnop\nSecond, twitch, live_123'}
          autosize
          minRows={4}
          maxRows={14}
          spellCheck={false}
          autoComplete="off"
          value={text}
          onChange={(event) => {
            setText(event.currentTarget.value);
            setWanted(null);
          }}
        />
        <Button variant="default" disabled={text.trim() === ''} onClick={() => setWanted({ csv: text })}>
          Preview the list
        </Button>
      </div>
      {/* The list contains keys, so it does not stay on the screen. */}
      {wanted && <ImportPreview wanted={wanted} onDone={() => setText('')} />}
    </section>
  );
}
