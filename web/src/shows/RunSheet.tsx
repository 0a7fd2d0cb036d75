import { IconCheck, IconCircle, IconX } from '@tabler/icons-react';
import type { ShowResource } from '../../../functions/api/schemas/shows.ts';
import { useDestinations } from '../api/destinations.ts';
import { presentDestination } from '../destinations/destination-presentation.ts';
import { sentence } from '../ui/format.ts';
import { showTime } from './show-text.ts';
import classes from './Shows.module.css';

/** What the show does, with a tick at what has happened. */
export function RunSheet({ show }: { show: ShowResource }) {
  const {
    destinations,
    startsAt,
    goLiveAt,
    liveAt,
    endsAt,
    endRule,
    endedAt,
    endReason,
    zone,
    sourceLostMinutes,
    onFailure,
    source,
  } = show;
  const time = (at: string) => showTime(at, zone);
  const isOver = endedAt !== null;
  const { isDown, healthWords } = useHealth(show);
  return (
    <ol className={classes.sheet} aria-label="Run sheet">
      <SourceStep show={show} />
      {destinations.map(
        ({ destinationId, name, isRequired, plannedAt, startRequestedAt, readyAt, onAirAt, offAirAt, problem }) => (
          <Step
            key={destinationId}
            isOver={isOver}
            mark={problem === null && !isDown(destinationId) ? onAirAt !== null : 'failed'}
            text={`${name} on air${goLiveAt ? ', planned for' : ' at'} ${time(plannedAt)}${isRequired ? ', required' : ''}`}
            facts={[
              startRequestedAt && `Start requested ${time(startRequestedAt)}`,
              readyAt && !onAirAt && !isOver && heldWords(show, time(plannedAt)),
              onAirAt && `Sends since ${time(onAirAt)}`,
              onAirAt && !offAirAt && healthWords(destinationId),
              offAirAt && `Stopped ${time(offAirAt)}`,
              problem && sentence(problem),
            ]}
          />
        ),
      )}
      <Step
        mark={liveAt !== null}
        isOver={isOver}
        text={goLiveAt ? `Live by hand at ${time(goLiveAt)}` : `Live at ${time(startsAt)}`}
        facts={[liveAt && `Live ${time(liveAt)}`]}
      />
      <Step
        mark={isOver}
        isOver={isOver}
        text={endRule === 'hand' || endsAt === null ? 'Ends by hand' : `Ends at ${time(endsAt)}`}
        facts={[
          !isOver && sourceLostMinutes !== null && `Also after ${sourceLostMinutes} min without a source`,
          !isOver && onFailure === 'stop-all' && 'Also when a required destination fails',
          endReason && END_WORDS[endReason],
          source?.state === 'stopped' && 'Source stopped',
          source?.state === 'left_on' && source.problem && `Source left on: ${source.problem}`,
          endedAt && `All off air ${time(endedAt)}`,
        ].map((fact) => fact || null)}
      />
    </ol>
  );
}

/** The start of the source, of a show that starts it. */
function SourceStep({ show: { endedAt, source, zone } }: { show: ShowResource }) {
  if (source === null) return null;
  const { startsAt, state, changedAt, problem } = source;
  const isOn = state !== 'planned' && state !== 'requested' && state !== 'failed';
  return (
    <Step
      isOver={endedAt !== null}
      mark={state === 'failed' ? 'failed' : isOn}
      text={`Source starts at ${showTime(startsAt, zone)}`}
      facts={[
        state === 'requested' && problem === null && 'Start requested',
        state === 'started' && `Started ${showTime(changedAt ?? startsAt, zone)}`,
        state === 'already_on' && 'It was on before, so it stays on',
        !isOn && problem !== null && sentence(problem),
      ]}
    />
  );
}

/** What the platforms receive now. A destination that sends need not arrive. */
function useHealth({ state }: ShowResource) {
  const { data } = useDestinations();
  const presented = (id: string) => {
    const found = state === 'live' ? data?.find(({ destinationId }) => destinationId === id) : undefined;
    return found?.status === 'running' ? presentDestination(found) : null;
  };
  return {
    isDown: (id: string) => presented(id)?.tone === 'attention',
    healthWords: (id: string) => {
      const known = presented(id);
      return known && [known.word, known.reason].filter((words) => words !== '').join(': ');
    },
  };
}

const END_WORDS: Record<NonNullable<ShowResource['endReason']>, string | null> = {
  clock: null,
  hand: 'Ended by hand',
  source_lost: 'Ended because the source was lost',
  required_failed: 'Ended because a required destination failed',
  ceiling: 'Ended by its ceiling',
  cancelled: null,
  missed: null,
};

function heldWords({ automation }: ShowResource, plannedAt: string): string {
  return automation === 'on' ? `Ready, held until ${plannedAt}` : 'Ready, held until you go live';
}

interface StepProps {
  mark: boolean | 'failed';
  /** The show is over, so that what has not happened will not happen. */
  isOver: boolean;
  text: string;
  facts: (string | false | null)[];
}

function Step({ mark, isOver, text, facts }: StepProps) {
  const Icon = mark === 'failed' ? IconX : mark ? IconCheck : IconCircle;
  const word = mark === 'failed' ? 'Failed' : mark ? 'Done' : isOver ? 'Not done' : 'To do';
  const known = facts.filter(Boolean);
  return (
    <li>
      <Icon size={18} role="img" aria-label={word} />
      <span>{text}</span>
      {known.length > 0 && <small>{known.join(' · ')}</small>}
    </li>
  );
}
