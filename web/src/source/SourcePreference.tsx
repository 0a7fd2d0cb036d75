import { NativeSelect } from '@mantine/core';
import type { SourceRole } from '../../../functions/domain/source-name.ts';
import { usePreferSource } from '../api/flow.ts';
import { useRoleRefusal } from '../api/session.ts';
import { showProblem } from '../app/problem-toast.tsx';

const PREFERENCES = [
  { value: '', label: 'None: stay on the one that works' },
  { value: 'main', label: 'Main, whenever it delivers' },
  { value: 'backup', label: 'Backup, whenever it delivers' },
];

/** Selects the source that is used whenever it delivers. */
export function SourcePreference({ preferred }: { preferred: SourceRole | null }) {
  const prefer = usePreferSource();
  const refusal = useRoleRefusal('operator');
  return (
    <div data-more data-hint={refusal}>
      <NativeSelect
        label="Preferred source"
        size="xs"
        data={PREFERENCES}
        value={(prefer.isPending ? prefer.variables : preferred) ?? ''}
        disabled={refusal !== undefined || prefer.isPending}
        onChange={(event) =>
          prefer.mutate((event.currentTarget.value || null) as SourceRole | null, {
            onError: (error) => showProblem(error, 'Change the preferred source'),
          })
        }
      />
    </div>
  );
}
