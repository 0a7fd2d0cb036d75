import { Button } from '@mantine/core';
import { useState } from 'react';
import { useGroupStarts } from '../api/group-starts.ts';
import { summaryOf } from '../destinations/group-start-text.ts';
import { GroupStartProgress } from './GroupStartProgress.tsx';
import classes from './editor.module.css';

/** The group starts that are under way, also those of other people, with the way to their progress. */
export function GroupStartNotes() {
  const groups = useGroupStarts().data ?? [];
  const [openedId, setOpenedId] = useState<string | null>(null);
  const opened = groups.find(({ groupStartId }) => groupStartId === openedId);
  const running = groups.filter(({ state }) => state !== 'ended');
  return (
    <>
      {running.map((groupStart) => (
        <p key={groupStart.groupStartId} className={classes.groupStart} role="status">
          {summaryOf(groupStart)}
          <Button variant="default" onClick={() => setOpenedId(groupStart.groupStartId)}>
            Show the group start
          </Button>
        </p>
      ))}
      {opened && <GroupStartProgress groupStart={opened} onClose={() => setOpenedId(null)} />}
    </>
  );
}
