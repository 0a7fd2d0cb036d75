import type { PresetsResource } from '../../../functions/api/schemas/presets.ts';
import { PlatformMark } from '../platforms/PlatformMark.tsx';
import classes from './editor.module.css';

type PlatformPreset = PresetsResource['platforms'][number];

interface PlatformPickerProps {
  platforms: readonly PlatformPreset[];
  value: string;
  error: string | undefined;
  onChange: (platform: PlatformPreset) => void;
}

/** Platforms as pictures over radio buttons, so that arrow keys work. */
export function PlatformPicker({ platforms, value, error, onChange }: PlatformPickerProps) {
  return (
    <div>
      <fieldset className={classes.platforms} aria-describedby={error ? 'platform-error' : undefined}>
        <legend>Platform</legend>
        {platforms.map((platform) => (
          <label key={platform.platformId} className={classes.platform}>
            <input
              type="radio"
              name="platform"
              value={platform.platformId}
              checked={platform.platformId === value}
              onChange={() => onChange(platform)}
            />
            <PlatformMark platform={platform.platformId} size={34} />
            {platform.name}
          </label>
        ))}
      </fieldset>
      {error && (
        <p id="platform-error" className={classes.error} role="alert">
          {error}
        </p>
      )}
    </div>
  );
}
