// Generated from the files in presets/platforms and presets/encodings by `npm run presets`. Do not edit.
import encoding_1080p30 from './encodings/1080p30.json' with { type: 'json' };
import encoding_1080p60 from './encodings/1080p60.json' with { type: 'json' };
import encoding_480p30 from './encodings/480p30.json' with { type: 'json' };
import encoding_720p30 from './encodings/720p30.json' with { type: 'json' };
import encoding_720p60 from './encodings/720p60.json' with { type: 'json' };
import encoding_source from './encodings/source.json' with { type: 'json' };
import platform_custom from './platforms/custom.json' with { type: 'json' };
import platform_facebook from './platforms/facebook.json' with { type: 'json' };
import platform_kick from './platforms/kick.json' with { type: 'json' };
import platform_linkedin from './platforms/linkedin.json' with { type: 'json' };
import platform_srt from './platforms/srt.json' with { type: 'json' };
import platform_twitch from './platforms/twitch.json' with { type: 'json' };
import platform_x from './platforms/x.json' with { type: 'json' };
import platform_youtube from './platforms/youtube.json' with { type: 'json' };

/** Every platform file as it is on disk. */
export const PLATFORM_FILES: readonly unknown[] = [
  platform_custom,
  platform_facebook,
  platform_kick,
  platform_linkedin,
  platform_srt,
  platform_twitch,
  platform_x,
  platform_youtube,
];

/** Every encoding file as it is on disk. */
export const ENCODING_FILES: readonly unknown[] = [
  encoding_1080p30,
  encoding_1080p60,
  encoding_480p30,
  encoding_720p30,
  encoding_720p60,
  encoding_source,
];
