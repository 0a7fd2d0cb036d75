import { Button, Modal } from '@mantine/core';
import type { GroupStartResource } from '../../../functions/api/schemas/group-starts.ts';
import { useStopGroup } from '../api/group-starts.ts';
import { problemOf } from '../api/request.ts';
import { useRoleRefusal } from '../api/session.ts';
import { ProblemPanel } from '../app/ProblemText.tsx';
import { countDestinations } from '../destinations/bulk-action.ts';
import { countFailed, presentItem, summaryOf } from '../destinations/group-start-text.ts';
import { StatusWord } from '../destinations/StatusWord.tsx';
import { sentence } from '../ui/format.ts';
import classes from './editor.module.css';

interface GroupStartProgressProps {
  groupStart: GroupStartResource;
  onClose: () => void;
}

/** The result or the progress of each destination of a group start, and what ends it. */
export function GroupStartProgress({ groupStart, onClose }: GroupStartProgressProps) {
  const stop = useStopGroup(groupStart.groupStartId);
  const refusal = useRoleRefusal('operator');
  const problem = problemOf(stop.error);
  const { destinations, state } = groupStart;
  const failed = countFailed(groupStart);
  const title =
    state !== 'ended'
      ? `Starting ${countDestinations(destinations.length)}`
      : failed > 0
        ? `${sentence(countDestinations(failed))} did not start`
        : summaryOf(groupStart);
  return (
    <Modal opened onClose={onClose} title={title}>
      <div className={classes.form}>
        <ul className={classes.names} aria-label="Destinations of the group start">
          {destinations.map((item) => {
            const { tone, glyph, word, detail } = presentItem(item);
            return (
              <li key={item.destinationId}>
                {item.name}
                <StatusWord tone={tone} glyph={glyph} word={word} />
                {(detail || item.isRequired) && (
                  <span className={classes.detail} data-tone={tone === 'attention' ? tone : undefined}>
                    {[detail, item.isRequired && 'required'].filter(Boolean).join(' · ')}
                  </span>
                )}
              </li>
            );
          })}
        </ul>
        {state !== 'ended' && <p className={classes.text}>{summaryOf(groupStart)}</p>}
        {problem && <ProblemPanel problem={problem} />}
        <div className={classes.buttons}>
          {state === 'running' && !refusal && (
            <>
              <Button variant="default" loading={stop.isPending} onClick={() => stop.mutate({ begun: 'keep' })}>
                Start no more
              </Button>
              <Button color="red.8" loading={stop.isPending} onClick={() => stop.mutate({ begun: 'stop' })}>
                Stop what has begun
              </Button>
            </>
          )}
          <Button variant="default" data-autofocus onClick={onClose}>
            {state === 'ended' ? 'Close' : 'Continue in the background'}
          </Button>
        </div>
      </div>
    </Modal>
  );
}
