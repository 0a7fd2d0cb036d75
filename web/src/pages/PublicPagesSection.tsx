import { Button } from '@mantine/core';
import { IconEyeOff } from '@tabler/icons-react';
import { usePublicPages, useSetPublicPages } from '../api/public-pages.ts';
import { useRoleRefusal } from '../api/session.ts';
import { showProblem } from '../app/problem-toast.tsx';
import { useServerNow } from '../app/use-now.ts';
import { ConfirmButton } from '../ui/ConfirmButton.tsx';
import { formatMoment, sentence } from '../ui/format.ts';
import { PublicLoad } from './PublicLoad.tsx';

/** The public pages: whether they are served, and the switch with which an administrator closes them. */
export function PublicPagesSection({ className, isEmbedded }: { className: string | undefined; isEmbedded: boolean }) {
  const pages = usePublicPages().data;
  const set = useSetPublicPages();
  const refusal = useRoleRefusal('admin');
  const now = useServerNow();
  if (!pages?.isOn) return null;
  const { changed, isOpen, load, problem, url } = pages;
  const change = (wanted: boolean) =>
    set.mutate(wanted, {
      onError: (error) => showProblem(error, wanted ? 'Open the public pages' : 'Close the public pages'),
    });
  return (
    <>
      <h2>Public pages</h2>
      <p className={className}>
        Watchers find your shows at <a href={url!}>{url}</a>.{problem !== null && ` ${sentence(problem)}`}
      </p>
      {isEmbedded && problem === null && <PublicLoad className={className} load={load} />}
      {!isOpen && changed && (
        <p className={className} role="status">
          {changed.by} closed the public pages, {formatMoment(changed.at, now)}. Watchers see that the site is closed.
        </p>
      )}
      {isOpen ? (
        <ConfirmButton
          label="Close the public pages"
          confirmLabel="Close the public pages"
          busyLabel="Closing"
          explanation={refusal ?? 'Watchers see no show and no picture until you open them. Destinations go on'}
          icon={<IconEyeOff size={16} aria-hidden="true" />}
          busy={set.isPending}
          disabled={refusal !== undefined}
          onConfirm={() => change(false)}
        />
      ) : (
        <Button variant="default" loading={set.isPending} disabled={refusal !== undefined} onClick={() => change(true)}>
          Open the public pages
        </Button>
      )}
    </>
  );
}
