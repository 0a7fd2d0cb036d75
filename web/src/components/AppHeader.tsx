import { ActionIcon, Tooltip } from '@mantine/core';
import { IconLogout } from '@tabler/icons-react';
import { useSignOut } from '../api/session.ts';
import { showProblem } from '../app/problem-toast.tsx';
import type { SourcePresentation } from '../presentation/source-presentation.ts';
import { ColorSchemeSwitch } from './ColorSchemeSwitch.tsx';
import { StatusPill } from './StatusWord.tsx';
import { Mark, Wordmark } from './Wordmark.tsx';
import classes from './AppHeader.module.css';

interface Counts {
  onAir: number;
  total: number;
  needsPerson: number;
}

/** The first glance: is the source in, what runs, what needs me. */
export function AppHeader({
  source,
  counts,
  stale,
}: {
  source: SourcePresentation | null;
  counts: Counts | null;
  stale: boolean;
}) {
  const signOut = useSignOut();
  const pressed = (): void => signOut.mutate(undefined, { onError: (error) => showProblem(error, 'Sign out') });
  return (
    <header className={classes.header}>
      <div className={classes.bar}>
        <a href="/" className={classes.brand}>
          <Mark />
          <Wordmark />
        </a>
        <div className={classes.glance}>
          {source && <StatusPill glyph={source.glyph} word={source.fullWord} tone={stale ? 'stale' : source.tone} />}
          {counts && <Glance counts={counts} stale={stale} />}
        </div>
        <div className={classes.tools}>
          <ColorSchemeSwitch />
          <Tooltip label="Sign out">
            <ActionIcon
              variant="subtle"
              color="gray"
              size="lg"
              aria-label="Sign out"
              loading={signOut.isPending}
              onClick={pressed}
            >
              <IconLogout size={19} stroke={1.7} />
            </ActionIcon>
          </Tooltip>
        </div>
      </div>
    </header>
  );
}

function Glance({ counts, stale }: { counts: Counts; stale: boolean }) {
  const { onAir, total, needsPerson } = counts;
  const airTone = stale ? 'stale' : onAir > 0 ? 'air' : 'off';
  return (
    <>
      <span className={classes.figure} data-tone={airTone}>
        On air <b>{onAir}</b> of {total}
      </span>
      {needsPerson > 0 ? (
        <StatusPill
          tone={stale ? 'stale' : 'attention'}
          glyph="attention"
          word={needsPerson === 1 ? '1 needs you' : `${needsPerson} need you`}
        />
      ) : (
        <span className={classes.calm}>No problems</span>
      )}
    </>
  );
}
