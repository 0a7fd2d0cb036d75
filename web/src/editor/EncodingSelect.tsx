import { Button, NativeSelect, type NativeSelectProps } from '@mantine/core';
import type { PresetsResource } from '../../../functions/api/schemas/presets.ts';
import { useFlow } from '../api/flow.ts';
import { defaultEncodingFor, describeEncoding, type EncodingPreset, isUpscaled } from './destination-fields.ts';
import classes from './editor.module.css';

interface EncodingSelectProps extends NativeSelectProps {
  value: string;
  presets: PresetsResource;
  platform: PresetsResource['platforms'][number] | undefined;
  encodings: readonly EncodingPreset[];
  onChoose: (encodingId: string) => void;
}

/** Selects the encoding, shows the bitrate sent to this platform, and warns about upscaling. */
export function EncodingSelect({ presets, platform, encodings, onChoose, ...given }: EncodingSelectProps) {
  const video = useFlow().data?.source.video ?? null;
  const chosen = encodings.find(({ encodingId }) => encodingId === given.value);
  const better =
    platform && presets.encodings.find((each) => each.encodingId === defaultEncodingFor(platform, presets, video));
  return (
    <>
      <NativeSelect
        {...given}
        label="Encoding"
        data={encodings.map((encoding) => ({
          value: encoding.encodingId,
          label: describeEncoding(encoding, platform),
        }))}
      />
      {chosen && video && isUpscaled(chosen, video) && (
        <p className={classes.note} role="status">
          The source is {video.width} × {video.height}: {chosen.name} scales it up.
          {better && !isUpscaled(better, video) && (
            <Button size="compact-sm" variant="subtle" onClick={() => onChoose(better.encodingId)}>
              Use {better.name}
            </Button>
          )}
        </p>
      )}
    </>
  );
}
