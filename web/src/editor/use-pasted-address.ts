import { type ClipboardEvent, useState } from 'react';
import type { PresetsResource } from '../../../functions/api/schemas/presets.ts';
import { isSrt } from './destination-fields.ts';
import { splitRtmpUrl } from './split-rtmp-url.ts';
import { splitSrtUrl } from './split-srt-url.ts';
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

/** Splits a pasted address into the fields it fills. An edited destination keeps its stream key. */
export function usePastedAddress(
  form: DestinationFormState['form'],
  platform: PresetsResource['platforms'][number] | undefined,
  isEdited: boolean,
): PastedAddress {
  const [text, setText] = useState<string | null>(null);
  const split = (pasted: string) => {
    if (isSrt(platform)) return splitSrtUrl(pasted);
    return isEdited ? null : splitRtmpUrl(pasted, platform?.rtmpUrl ?? null);
  };
  return {
    text,
    onPaste(event) {
      const pasted = event.clipboardData.getData('text');
      const values = split(pasted);
      if (!values) return;
      event.preventDefault();
      form.setValues(values);
      setText(pasted.trim());
    },
    undo() {
      const emptied = isSrt(platform) ? { streamId: '', passphrase: '' } : { streamKey: '' };
      form.setValues({ rtmpUrl: text ?? '', ...emptied });
      setText(null);
    },
    forget: () => setText(null),
  };
}
