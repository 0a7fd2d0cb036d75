import { Button, Loader } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import type { FlagResource } from '../../../functions/api/schemas/flags.ts';
import { useCloseFlag, useFlags } from '../api/flags.ts';
import { problemOf } from '../api/request.ts';
import { useRoleRefusal } from '../api/session.ts';
import { paths } from '../app/paths.ts';
import { ProblemPanel } from '../app/ProblemText.tsx';
import { showDone, showProblem } from '../app/problem-toast.tsx';
import { useServerNow } from '../app/use-now.ts';
import { ModerationReason } from '../shows/ModerationReason.tsx';
import { formatMoment } from '../ui/format.ts';
import page from '../ui/page.module.css';
import { usePageTitle } from '../ui/use-page-title.ts';
import classes from './FlagsPage.module.css';

const REASON_WORDS: Record<FlagResource['notes'][number]['reason'], string> = {
  illegal: 'against the law',
  harassment: 'insults or threatens',
  violence: 'violence or sex',
  spam: 'spam or fraud',
  copyright: 'copyright',
  other: 'something else',
};

/** What watchers reported: shows and chat messages, until a moderator has dealt with them. */
export function FlagsPage() {
  usePageTitle('Reports from watchers');
  const { data, error } = useFlags();
  const refusal = useRoleRefusal('operator');
  const problem = problemOf(error);
  const [reason, setReason] = useState('');
  return (
    <section className={page.page}>
      <h1>Reports from watchers</h1>
      <p className={page.lead}>Shows and chat messages that watchers reported on the public pages.</p>
      {refusal !== undefined && <p className={page.empty}>{refusal}</p>}
      {refusal === undefined && !data && (problem ? <ProblemPanel problem={problem} /> : <Loader />)}
      {data?.total === 0 && <p className={page.empty}>No open reports.</p>}
      {data && data.total > 0 && (
        <>
          <ModerationReason
            description="Goes into the moderation log of the show with each decision"
            value={reason}
            onChange={setReason}
          />
          <ul className={classes.flags} aria-label="Reports">
            {data.data.map((flag) => (
              <FlagEntry key={flag.flagId} flag={flag} reason={reason} />
            ))}
          </ul>
          {data.total > data.data.length && (
            <p className={page.lead}>
              The newest {data.data.length} of {data.total} are shown. Close some to see the others.
            </p>
          )}
        </>
      )}
    </section>
  );
}

function FlagEntry({ flag, reason }: { flag: FlagResource; reason: string }) {
  const now = useServerNow();
  const close = useCloseFlag();
  const { flagId, showId, showTitle, messageId, message, times, counts, notes, lastAt } = flag;
  const about = message ? `${message.name}: ${message.text}` : (showTitle ?? 'a show that is gone');
  const finish = (isDeleted: boolean, done: string) =>
    close.mutate(
      { flagId, reason, deletes: isDeleted && messageId !== null ? { showId, messageId } : null },
      { onSuccess: () => showDone(done), onError: (failure) => showProblem(failure, 'Close the report') },
    );
  const why = Object.entries(counts).map(([each, count]) => `${REASON_WORDS[each as keyof typeof counts]} (${count})`);
  return (
    <li aria-label={about}>
      <p>
        {message ? 'Message in ' : 'Show '}
        <Link href={paths.plannedShow(showId)}>
          <bdi>{showTitle ?? 'a show that is gone'}</bdi>
        </Link>
      </p>
      {message && (
        <blockquote>
          <bdi>{message.name}</bdi>: <span dir="auto">{message.text}</span>
        </blockquote>
      )}
      <p>
        Reported {times === 1 ? 'once' : `${times} times`}: {why.join(', ')}. Last {formatMoment(lastAt, now)}.
      </p>
      {notes.length > 0 && (
        <ul aria-label="What they wrote">
          {notes.map(({ at, text }) => (
            <li key={at + text} dir="auto">
              {text}
            </li>
          ))}
        </ul>
      )}
      <div className={page.actions}>
        {message && (
          <Button
            size="compact-sm"
            variant="default"
            aria-label={`Delete the message: ${about}`}
            disabled={close.isPending}
            onClick={() => finish(true, 'The message is deleted')}
          >
            Delete the message
          </Button>
        )}
        <Button
          size="compact-sm"
          variant="default"
          aria-label={`Close: ${about}`}
          disabled={close.isPending}
          onClick={() => finish(false, 'The report is closed')}
        >
          Close
        </Button>
      </div>
    </li>
  );
}
