import { Button } from '@mantine/core';
import { IconPlayerRecordFilled, IconPlayerStopFilled } from '@tabler/icons-react';
import type { RecordingResource } from '../../../functions/api/schemas/recordings.ts';
import { useRecordings, useStartRecording, useStopRecording } from '../api/recordings.ts';
import { useRoleRefusal } from '../api/session.ts';
import { showProblem } from '../app/problem-toast.tsx';
import { useServerNow } from '../app/use-now.ts';
import { formatClock } from '../ui/format.ts';

/** Starts a recording by hand, and stops it. Counts its length meanwhile. */
export function RecordButton() {
  const { data } = useRecordings();
  const start = useStartRecording();
  const refusal = useRoleRefusal('operator');
  const running = data?.data.find(({ origin, state }) => origin === 'operator' && state === 'recording');
  if (running) return <StopButton recording={running} refusal={refusal} />;
  return (
    <Button
      size="sm"
      variant="default"
      leftSection={<IconPlayerRecordFilled size={15} color="var(--sl-attention)" />}
      loading={start.isPending}
      aria-disabled={refusal !== undefined || undefined}
      aria-description={refusal}
      data-disabled={refusal !== undefined || undefined}
      data-hint={refusal ?? 'Records what the HLS preview shows'}
      onClick={() =>
        refusal === undefined && start.mutate(undefined, { onError: (error) => showProblem(error, 'Record') })
      }
    >
      Record
    </Button>
  );
}

function StopButton({ recording, refusal }: { recording: RecordingResource; refusal: string | undefined }) {
  const stop = useStopRecording();
  const now = useServerNow();
  return (
    <Button
      size="sm"
      variant="default"
      leftSection={<IconPlayerStopFilled size={15} />}
      loading={stop.isPending}
      aria-disabled={refusal !== undefined || undefined}
      aria-description={refusal}
      data-disabled={refusal !== undefined || undefined}
      data-hint={refusal}
      onClick={() =>
        refusal === undefined &&
        stop.mutate(recording.recordingId, { onError: (error) => showProblem(error, 'Stop recording') })
      }
    >
      Stop recording · {formatClock(now - Date.parse(recording.startedAt))}
    </Button>
  );
}
