import { Button } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { type ChangeEvent, useRef } from 'react';
import type { FlowStatusResource } from '../../../functions/api/schemas/answers.ts';
import { useFlow } from '../api/flow.ts';
import { problemOf } from '../api/request.ts';
import { useRoleRefusal } from '../api/session.ts';
import { useRemoveSlateImage, useSetSlateImage, useSlateImage } from '../api/slate-image.ts';
import { ProblemPanel } from '../app/ProblemText.tsx';
import { BlobImage } from '../ui/BlobImage.tsx';
import { ConfirmButton } from '../ui/ConfirmButton.tsx';
import { fitSlate, type Size } from './fit-slate.ts';
import settings from './SettingsPage.module.css';
import classes from './SlateImageSection.module.css';

/** The picture of the slate: what is shown now, and how to replace it. */
export function SlateImageSection() {
  const slate = useSlateImage();
  const source = useFlow().data?.source.video;
  const set = useSetSlateImage((file) => fitSlate(file, sizeOf(source)));
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
        <Upload isPending={set.isPending} onChoose={(file) => (remove.reset(), set.mutate(file))} />
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

function Upload({ isPending, onChoose }: { isPending: boolean; onChoose: (file: File) => void }) {
  const refusal = useRoleRefusal('admin');
  const input = useRef<HTMLInputElement>(null);
  const choose = (event: ChangeEvent<HTMLInputElement>) => {
    const [file] = event.currentTarget.files ?? [];
    if (file) onChoose(file);
    // So that the same file can be chosen again after a correction.
    event.currentTarget.value = '';
  };
  return (
    <>
      <input ref={input} type="file" accept="image/png,image/jpeg" hidden aria-label="Picture" onChange={choose} />
      <Button
        size="sm"
        variant="default"
        loading={isPending}
        aria-disabled={refusal !== undefined || undefined}
        aria-description={refusal}
        data-disabled={refusal !== undefined || undefined}
        data-hint={refusal}
        onClick={() => refusal === undefined && input.current?.click()}
      >
        Choose a picture
      </Button>
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
