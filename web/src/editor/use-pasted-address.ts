import { type ClipboardEvent, useState } from 'react';
import type { PresetsResource } from '../../../functions/api/schemas/answers.ts';
import { splitRtmpUrl } from './split-rtmp-url.ts';
import type { DestinationFormState } from './use-destination-form.ts';

export interface PastedAddress {
  /** The text that was split; null without one. */
  text: string | null;
  onPaste: (event: ClipboardEvent) => void;
  /** Puts the text back as it was pasted. */
  undo: () => void;
  /** Forgets the text, because it is no longer in the fields. */
  forget: () => void;
}

/** Splits a pasted address with a stream key into the two fields. An edited destination keeps its key. */
export function usePastedAddress(
  form: DestinationFormState['form'],
  platform: PresetsResource['platforms'][number] | undefined,
  isEdited: boolean,
): PastedAddress {
  const [text, setText] = useState<string | null>(null);
  return {
    text,
    onPaste(event) {
      const pasted = event.clipboardData.getData('text');
      const split = isEdited ? null : splitRtmpUrl(pasted, platform?.rtmpUrl ?? null);
      if (!split) return;
      event.preventDefault();
      form.setValues(split);
      setText(pasted.trim());
    },
    undo() {
      form.setValues({ rtmpUrl: text ?? '', streamKey: '' });
      setText(null);
    },
    forget: () => setText(null),
  };
}
