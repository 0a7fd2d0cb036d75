import { IconTrash } from '@tabler/icons-react';
import type { FlowStatusResource } from '../../../functions/api/schemas/flow.ts';
import { useFlow } from '../api/flow.ts';
import { problemOf } from '../api/request.ts';
import { useRoleRefusal } from '../api/session.ts';
import { useRemoveSlateImage, useSetSlateImage, useSlateImage } from '../api/slate-image.ts';
import { ProblemPanel } from '../app/ProblemText.tsx';
import { BlobImage } from '../ui/BlobImage.tsx';
import { ChoosePicture } from '../ui/ChoosePicture.tsx';
import { ConfirmButton } from '../ui/ConfirmButton.tsx';
import type { Size } from '../ui/draw-picture.ts';
import { fitSlate } from './fit-slate.ts';
import settings from './SettingsPage.module.css';
import classes from './SlateImageSection.module.css';

/** The picture of the slate: what is shown now, and how to replace it. */
export function SlateImageSection() {
  const slate = useSlateImage();
  const source = useFlow().data?.source.video;
  const set = useSetSlateImage((file) => fitSlate(file, sizeOf(source)));
  const remove = useRemoveSlateImage();
  const refusal = useRoleRefusal('admin');
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
          refusal={refusal}
          onChoose={(file) => (remove.reset(), set.mutate(file))}
        />
        {slate.data && <Remove isPending={remove.isPending} onConfirm={() => (set.reset(), remove.mutate())} />}
      </div>
      <p className={settings.text}>
        A still PNG or JPEG, at most 4 MB and 3840 × 2160 pixels, best 1920 × 1080. A picture that is neither 16:9 nor
        in the shape of the source gets black bars.
      </p>
    </>
  );
}

function sizeOf(video: FlowStatusResource['source']['video'] | undefined): Size | null {
  return video?.width && video.height ? { width: video.width, height: video.height } : null;
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
