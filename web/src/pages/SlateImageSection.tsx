import { IconTrash } from '@tabler/icons-react';
import { problemOf } from '../api/request.ts';
import { useRoleRefusal } from '../api/session.ts';
import { useRemoveSlateImage, useSetSlateImage, useSlateImage } from '../api/slate-image.ts';
import { ProblemPanel } from '../app/ProblemText.tsx';
import { BlobImage } from '../ui/BlobImage.tsx';
import { ChoosePicture } from '../ui/ChoosePicture.tsx';
import { ConfirmButton } from '../ui/ConfirmButton.tsx';
import settings from './SettingsPage.module.css';
import classes from './SlateImageSection.module.css';

/** The picture of the slate: what is shown now, and how to replace it. */
export function SlateImageSection() {
  const slate = useSlateImage();
  const set = useSetSlateImage();
  const remove = useRemoveSlateImage();
  const problem = problemOf(set.error) ?? problemOf(remove.error) ?? problemOf(slate.error);
  return (
    <>
      <p className={settings.text}>
        The slate is the picture of a break, and of a destination that keeps sending while no source delivers. A new one
        is shown from the next break on; without a source, from the next start of a destination on.
      </p>
      {slate.data ? (
        <BlobImage className={classes.image} content={slate.data} description="Your slate" />
      ) : (
        slate.data === null && <p className={classes.plain}>The plain slate: a dark picture without text.</p>
      )}
      {problem && <ProblemPanel problem={problem} isInSight />}
      <div className={classes.buttons}>
        <ChoosePicture
          label="Picture"
          isPending={set.isPending}
          refusal={useRoleRefusal('admin')}
          onChoose={(file) => (remove.reset(), set.mutate(file))}
        />
        {slate.data && <Remove isPending={remove.isPending} onConfirm={() => (set.reset(), remove.mutate())} />}
      </div>
      <p className={settings.text}>A still PNG or JPEG, best 1920 × 1080 pixels. A larger one is made smaller.</p>
    </>
  );
}

function Remove({ isPending, onConfirm }: { isPending: boolean; onConfirm: () => void }) {
  const refusal = useRoleRefusal('admin');
  return (
    <ConfirmButton
      label="Remove"
      ariaLabel="Remove the picture"
      confirmLabel="Show the plain slate"
      busyLabel="Removing"
      icon={<IconTrash size={15} />}
      busy={isPending}
      disabled={refusal !== undefined}
      {...(refusal !== undefined && { explanation: refusal })}
      onConfirm={onConfirm}
    />
  );
}
