import type { PictureLimits } from '../../../functions/domain/picture-limits.ts';

/** What the API takes as slate and as cover. A test compares them with the API's own. */

export const SLATE_LIMITS: PictureLimits = {
  ...{ bytesMax: 4_000_000, widthMin: 64, heightMin: 64, widthMax: 3840, heightMax: 2160 },
  bestSize: '1920 × 1080',
};

export const COVER_LIMITS: PictureLimits = {
  ...{ bytesMax: 2_000_000, widthMin: 320, heightMin: 180, widthMax: 1920, heightMax: 1080 },
  bestSize: '1280 × 720',
};
