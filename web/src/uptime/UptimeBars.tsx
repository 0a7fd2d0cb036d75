import { useState } from 'react';
import { Link } from 'wouter';
import { paths } from '../app/paths.ts';
import { formatClock, sentence } from '../ui/format.ts';
import { formatShare, UPTIME_STATES, type UptimeDay, type UptimeRow } from './uptime-bars.ts';
import classes from './UptimeBars.module.css';

interface UptimeBarsProps {
  rows: readonly UptimeRow[];
  days: readonly string[];
  /** Destinations that still exist, which have a page of details. */
  known: ReadonlySet<string>;
}

/** One row per destination with a bar per day; a bar opens the day's reasons under its row. */
export function UptimeBars({ rows, days, known }: UptimeBarsProps) {
  const [opened, setOpened] = useState<{ destinationId: string; day: string } | null>(null);
  return (
    <>
      <ul className={classes.legend} aria-label="Colors">
        {UPTIME_STATES.map(({ state, word, tone }) => (
          <li key={state} data-tone={tone}>
            {word}
          </li>
        ))}
      </ul>
      <ul className={classes.rows} aria-label="Uptime per destination">
        {rows.map(({ destinationId, name, days: figures, share }) => {
          const openedDay = opened?.destinationId === destinationId ? opened.day : null;
          const detail = figures.find((each) => each?.day === openedDay);
          return (
            <li key={destinationId} className={classes.row}>
              <span className={classes.name}>
                {known.has(destinationId) ? <Link href={paths.destination(destinationId)}>{name}</Link> : name}
              </span>
              <span className={classes.share}>{formatShare(share)}</span>
              <ol className={classes.bars}>
                {figures.map((figure, index) => (
                  <li key={days[index]}>
                    {figure && (
                      <DayBar
                        figure={figure}
                        isOpened={figure.day === openedDay}
                        onOpen={() => setOpened(figure.day === openedDay ? null : { destinationId, day: figure.day })}
                      />
                    )}
                  </li>
                ))}
              </ol>
              {detail && <DayDetail figure={detail} />}
            </li>
          );
        })}
      </ul>
    </>
  );
}

function DayBar({ figure, isOpened, onOpen }: { figure: UptimeDay; isOpened: boolean; onOpen: () => void }) {
  return (
    <button
      type="button"
      aria-label={describe(figure)}
      aria-expanded={isOpened}
      title={describe(figure)}
      onClick={onOpen}
    >
      {UPTIME_STATES.map(({ state, tone }) =>
        figure.seconds[state] > 0 ? (
          <i key={state} data-tone={tone} style={{ flexGrow: figure.seconds[state] }} />
        ) : null,
      )}
    </button>
  );
}

function describe({ day, wantedSeconds, seconds }: UptimeDay): string {
  const parts = UPTIME_STATES.filter(({ state }) => seconds[state] > 0).map(
    ({ state, word }) => `${word.toLowerCase()} ${formatClock(seconds[state] * 1000)}`,
  );
  return `${day}: ${formatClock(wantedSeconds * 1000)} wanted, ${parts.join(', ')}`;
}

function DayDetail({ figure }: { figure: UptimeDay }) {
  return (
    <div className={classes.detail}>
      <strong>{figure.day} (UTC)</strong>
      <dl>
        <dt>Wanted on air</dt>
        <dd>{formatClock(figure.wantedSeconds * 1000)}</dd>
        <dt>On air</dt>
        <dd>{formatClock(figure.seconds.delivering * 1000)}</dd>
        {figure.reasons.map(({ state, reason, seconds }) => (
          <div key={`${state} ${reason}`} className={classes.reason}>
            <dt>{reasonWords(state, reason)}</dt>
            <dd>{formatClock(seconds * 1000)}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

function reasonWords(state: string, reason: string): string {
  const word = UPTIME_STATES.find((each) => each.state === state)!.word;
  const words = sentence(reason.replaceAll('_', ' '));
  return words.toLowerCase() === word.toLowerCase() ? word : `${word}: ${words.toLowerCase()}`;
}
