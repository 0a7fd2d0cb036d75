import { Autocomplete, NativeSelect } from '@mantine/core';
import { useState } from 'react';
import { knownFlow } from '../api/flow.ts';
import { PLAIN_SOUND, readSound, readTrack, writeSound, writeTrack, type OwnSound } from './sound-value.ts';
import type { DestinationFormState } from './use-destination-form.ts';

const TRACK_FIELDS = ['sound.track', 'sound.track.by', 'sound.track.pid', 'sound.track.language', 'sound.track.number'];

/** Chooses track, channels and loudness of a destination. */
export function SoundFields({ edited: { form, fields: errors } }: { edited: DestinationFormState }) {
  const sound = readSound(form.values.sound);
  const set = (next: OwnSound | null) => form.setFieldValue('sound', writeSound(next));
  return (
    <>
      <NativeSelect
        label="Sound"
        data={[
          { value: '', label: 'As the deployment' },
          { value: 'own', label: 'Own settings' },
        ]}
        value={sound ? 'own' : ''}
        onChange={({ currentTarget }) => set(currentTarget.value === '' ? null : PLAIN_SOUND)}
        error={errors['sound']}
      />
      {sound && (
        <>
          <TrackField sound={sound} set={set} error={TRACK_FIELDS.map((field) => errors[field]).find(Boolean)} />
          <NativeSelect
            label="Channels"
            data={[
              { value: 'source', label: 'As the source' },
              { value: 'mono_to_stereo', label: 'Mono to stereo' },
            ]}
            value={sound.channels}
            onChange={({ currentTarget }) => {
              const channels = currentTarget.value === 'source' ? 'source' : 'mono_to_stereo';
              set({ ...sound, channels });
            }}
            error={errors['sound.channels']}
          />
          <NativeSelect
            label="Loudness"
            data={[
              { value: '', label: 'As the source' },
              { value: '-14', label: '−14 LUFS (streaming)' },
              { value: '-23', label: '−23 LUFS (EBU R 128)' },
            ]}
            value={sound.loudnessLufs === null ? '' : String(sound.loudnessLufs)}
            onChange={({ currentTarget: { value } }) =>
              set({ ...sound, loudnessLufs: value === '-14' ? -14 : value === '-23' ? -23 : null })
            }
            error={errors['sound.loudnessLufs']}
          />
        </>
      )}
    </>
  );
}

function TrackField({
  sound,
  set,
  error,
}: {
  sound: OwnSound;
  set: (sound: OwnSound) => void;
  error: string | undefined;
}) {
  const [text, setText] = useState(() => writeTrack(sound.track));
  const tracks = knownFlow()?.source.audioTracks ?? [];
  const languages = tracks.flatMap(({ language }) => language ?? []);
  const data = [...new Set(['first', ...languages, ...tracks.map(({ pid }) => `pid ${pid}`)])];
  return (
    <Autocomplete
      label="Track"
      description="A language such as spa, pid 257, track 2, or first. A track that is missing is silent."
      spellCheck={false}
      autoComplete="off"
      data={data}
      value={text}
      onChange={(value) => {
        setText(value);
        set({ ...sound, track: readTrack(value) });
      }}
      error={error}
    />
  );
}
