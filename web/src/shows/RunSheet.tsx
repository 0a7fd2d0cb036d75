import { IconCheck, IconCircle, IconX } from '@tabler/icons-react';
import type { ShowResource } from '../../../functions/api/schemas/shows.ts';
import { formatExactTime, sentence } from '../ui/format.ts';
import classes from './Shows.module.css';

/** What the show does, with a tick at what has happened. */
export function RunSheet({ show }: { show: ShowResource }) {
  const { destinations, startsAt, liveAt, endsAt, endRule, endedAt } = show;
  return (
    <ol className={classes.sheet} aria-label="Run sheet">
      {destinations.map(
        ({ destinationId, name, isRequired, plannedAt, startRequestedAt, onAirAt, offAirAt, problem }) => (
          <Step
            key={destinationId}
            mark={problem === null ? onAirAt !== null : 'failed'}
            text={`${name} on air at ${formatExactTime(plannedAt)}${isRequired ? ', required' : ''}`}
            facts={[
              startRequestedAt && `Start requested ${formatExactTime(startRequestedAt)}`,
              onAirAt && `On air ${formatExactTime(onAirAt)}`,
              offAirAt && `Off air ${formatExactTime(offAirAt)}`,
              problem && sentence(problem),
            ]}
          />
        ),
      )}
      <Step
        mark={liveAt !== null}
        text={`Live at ${formatExactTime(startsAt)}`}
        facts={[liveAt && `Live ${formatExactTime(liveAt)}`]}
      />
      <Step
        mark={endedAt !== null}
        text={endRule === 'hand' || endsAt === null ? 'Ends by hand' : `Ends at ${formatExactTime(endsAt)}`}
        facts={[endedAt && `Over ${formatExactTime(endedAt)}`]}
      />
    </ol>
  );
}

function Step({ mark, text, facts }: { mark: boolean | 'failed'; text: string; facts: (string | null)[] }) {
  const Icon = mark === 'failed' ? IconX : mark ? IconCheck : IconCircle;
  const word = mark === 'failed' ? 'Failed' : mark ? 'Done' : 'To do';
  const known = facts.filter((fact) => fact !== null);
  return (
    <li>
      <Icon size={18} role="img" aria-label={word} />
      <span>{text}</span>
      {known.length > 0 && <small>{known.join(' · ')}</small>}
    </li>
  );
}
