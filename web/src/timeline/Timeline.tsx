import { useState } from 'react';
import { useTimeline } from '../api/destinations.ts';
import { problemOf } from '../api/request.ts';
import { useServerNow } from '../app/use-now.ts';
import { formatMoment } from '../ui/format.ts';
import { timelineActor, timelineWords } from './timeline-text.ts';
import { CopyButton } from '../ui/CopyButton.tsx';
import { ProblemText } from '../app/ProblemText.tsx';
import classes from './Timeline.module.css';

/** Entries shown initially; the history has 90 days. */
const SHOWN_AT_FIRST = 8;

/** The timeline of a destination, newest first. */
export function Timeline({ destinationId }: { destinationId: string }) {
  const { data, error } = useTimeline(destinationId);
  const problem = problemOf(error);
  const [all, setAll] = useState(false);
  const now = useServerNow();
  const shown = all ? data : data?.slice(0, SHOWN_AT_FIRST);
  const hidden = (data?.length ?? 0) - (shown?.length ?? 0);
  return (
    <section className={classes.timeline}>
      <h3 id={`timeline-${destinationId}`}>Timeline</h3>
      {!data && problem && <ProblemText problem={problem} />}
      {data?.length === 0 && <p>Nothing yet.</p>}
      <ol aria-labelledby={`timeline-${destinationId}`}>
        {shown?.map((entry) => (
          <li key={`${entry.at} ${entry.kind} ${entry.operationId} ${entry.detail}`}>
            <span className={classes.words}>{timelineWords(entry)}</span>
            <span className={classes.cause}>
              <time dateTime={entry.at} title={new Date(entry.at).toLocaleString()}>
                {formatMoment(entry.at, now)}
              </time>{' '}
              · {timelineActor(entry)}
            </span>
            <span className={classes.copy}>
              {entry.operationId && (
                <CopyButton value={entry.operationId} label={`Copy the operation id ${entry.operationId}`} />
              )}
            </span>
          </li>
        ))}
      </ol>
      {hidden > 0 && (
        <button type="button" onClick={() => setAll(true)}>
          Show {hidden} earlier
        </button>
      )}
    </section>
  );
}
