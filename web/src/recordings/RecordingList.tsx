import { Button } from '@mantine/core';
import { IconDownload, IconPencil, IconPlayerPlayFilled, IconTrash, IconX } from '@tabler/icons-react';
import { lazy, type Ref, useRef, useState } from 'react';
import { Link } from 'wouter';
import type { RecordingResource } from '../../../functions/api/schemas/recordings.ts';
import { useDeleteRecording, useStopRecording } from '../api/recordings.ts';
import { useRoleRefusal } from '../api/session.ts';
import { paths } from '../app/paths.ts';
import { showProblem } from '../app/problem-toast.tsx';
import { useServerNow } from '../app/use-now.ts';
import { StatusWord } from '../destinations/StatusWord.tsx';
import { CopyButton } from '../ui/CopyButton.tsx';
import { ConfirmButton } from '../ui/ConfirmButton.tsx';
import { formatMoment } from '../ui/format.ts';
import { keptWords, measureWords, problemWords, STATE_LOOKS, STATE_WORDS } from './recording-text.ts';
import { LazyPart } from '../ui/LazyPart.tsx';
import { RenameRecording } from './RenameRecording.tsx';
import classes from './Recordings.module.css';

const RecordingPlayer = lazy(async () => ({ default: (await import('./RecordingPlayer.tsx')).RecordingPlayer }));

/** The recordings, newest first. One plays at a time. */
export function RecordingList({ recordings }: { recordings: readonly RecordingResource[] }) {
  const [played, setPlayed] = useState<string | null>(null);
  return (
    <ul className={classes.list} aria-label="Recordings">
      {recordings.map((recording) => (
        <RecordingItem
          key={recording.recordingId}
          recording={recording}
          isPlayed={recording.recordingId === played}
          onPlay={(isPlayed) => setPlayed(isPlayed ? recording.recordingId : null)}
        />
      ))}
    </ul>
  );
}

interface RecordingItemProps {
  recording: RecordingResource;
  isPlayed: boolean;
  onPlay: (isPlayed: boolean) => void;
}

function RecordingItem({ recording, isPlayed, onPlay }: RecordingItemProps) {
  const now = useServerNow();
  const [isRenamed, setRenamed] = useState(false);
  const renameButton = useRef<HTMLButtonElement>(null);
  const { downloadUrl, location, name, origin, playUrl, showId, startedAt, state } = recording;
  const problem = problemWords(recording);
  const kept = keptWords(recording);
  return (
    <li className={classes.recording}>
      <div className={classes.what}>
        {isRenamed ? (
          <RenameRecording
            recording={recording}
            onClose={() => {
              setRenamed(false);
              renameButton.current?.focus();
            }}
          />
        ) : (
          <strong>{name}</strong>
        )}
        <StatusWord {...STATE_LOOKS[state]} word={STATE_WORDS[state]} />
        <span>
          {formatMoment(startedAt, now)} · {measureWords(recording, now)}
          {origin === 'always' && ' · recorded by the setting'}
          {showId && (
            <>
              {' · '}
              <Link href={paths.plannedShow(showId)}>recorded by its show</Link>
            </>
          )}
        </span>
        {kept && <span>{kept}</span>}
        {state === 'ready' && downloadUrl === null && (
          <span className={classes.folder}>
            Files in <code>{location}</code>
            <CopyButton value={location} label="Copy the folder" />
          </span>
        )}
        {problem && <span className={classes.problem}>{problem}</span>}
      </div>
      <Tools
        recording={recording}
        isPlayed={isPlayed}
        onPlay={onPlay}
        isRenamed={isRenamed}
        onRename={setRenamed}
        renameButton={renameButton}
      />
      {isPlayed && playUrl && (
        <LazyPart>
          <RecordingPlayer url={playUrl} name={name} />
        </LazyPart>
      )}
    </li>
  );
}

interface ToolsProps extends RecordingItemProps {
  isRenamed: boolean;
  onRename: (isRenamed: boolean) => void;
  renameButton: Ref<HTMLButtonElement>;
}

function Tools({ recording, isPlayed, onPlay, isRenamed, onRename, renameButton }: ToolsProps) {
  const { allowedActions, downloadUrl, name, recordingId, state } = recording;
  const operator = useRoleRefusal('operator');
  const admin = useRoleRefusal('admin');
  const stop = useStopRecording();
  const remove = useDeleteRecording();
  return (
    <div className={classes.tools}>
      {allowedActions.includes('stop') && operator === undefined && (
        <Button
          size="sm"
          variant="default"
          aria-label={`Stop ${name}`}
          loading={stop.isPending}
          onClick={() => stop.mutate(recordingId, { onError: (error) => showProblem(error, 'Stop recording') })}
        >
          Stop
        </Button>
      )}
      {allowedActions.includes('play') && (
        <Button
          size="sm"
          variant="default"
          aria-expanded={isPlayed}
          aria-label={isPlayed ? `Close ${name}` : `Play ${name}`}
          leftSection={isPlayed ? <IconX size={15} /> : <IconPlayerPlayFilled size={15} />}
          onClick={() => onPlay(!isPlayed)}
        >
          {isPlayed ? 'Close' : 'Play'}
        </Button>
      )}
      {downloadUrl && (
        <Button
          component="a"
          href={downloadUrl}
          download
          size="sm"
          variant="default"
          aria-label={`Download ${name}`}
          leftSection={<IconDownload size={15} />}
        >
          MP4
        </Button>
      )}
      {state !== 'deleting' && operator === undefined && (
        <Button
          ref={renameButton}
          size="sm"
          variant="default"
          aria-expanded={isRenamed}
          aria-label={`Rename ${name}`}
          leftSection={<IconPencil size={15} />}
          onClick={() => onRename(!isRenamed)}
        >
          Rename
        </Button>
      )}
      {allowedActions.includes('delete') && (
        <ConfirmButton
          label="Delete"
          confirmLabel="Delete it"
          busyLabel="Deleting"
          ariaLabel={`Delete ${name}`}
          explanation={admin}
          disabled={admin !== undefined}
          busy={remove.isPending}
          icon={<IconTrash size={15} />}
          onConfirm={() =>
            remove.mutate(recordingId, { onError: (error) => showProblem(error, 'Delete the recording') })
          }
        />
      )}
    </div>
  );
}
