import { Button } from '@mantine/core';
import { type ChangeEvent, useRef } from 'react';

interface ChoosePictureProps {
  /** Names the choice for screen readers. */
  label: string;
  isPending: boolean;
  /** Why no picture can be chosen; undefined when one can. */
  refusal?: string | undefined;
  onChoose: (file: File) => void;
}

/** A button that chooses a picture file. */
export function ChoosePicture({ label, isPending, refusal, onChoose }: ChoosePictureProps) {
  const input = useRef<HTMLInputElement>(null);
  const choose = (event: ChangeEvent<HTMLInputElement>) => {
    const [file] = event.currentTarget.files ?? [];
    if (file) onChoose(file);
    // So that the same file can be chosen again after a correction.
    event.currentTarget.value = '';
  };
  return (
    <>
      <input ref={input} type="file" accept="image/png,image/jpeg" hidden aria-label={label} onChange={choose} />
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
