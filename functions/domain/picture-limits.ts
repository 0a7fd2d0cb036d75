/** What uploaded pictures may be. */

/** The largest upload of any kind. Lambda takes 6 MB with the body as base64. */
export const PICTURE_BYTES_MAX = 4_000_000;

/** What a picture may be. Sides in pixels. */
export interface PictureLimits {
  bytesMax: number;
  widthMin: number;
  heightMin: number;
  widthMax: number;
  heightMax: number;
  /** A size that suits, to name in a refusal. */
  bestSize: string;
}

/** MediaLive scales an image down to the output; a larger one costs memory and shows no more. */
export const SLATE_LIMITS: PictureLimits = {
  ...{ bytesMax: PICTURE_BYTES_MAX, widthMin: 64, heightMin: 64, widthMax: 3840, heightMax: 2160 },
  bestSize: '1920 × 1080',
};
/** Lists of shows load one cover per show, so covers are smaller than slates. */
export const COVER_LIMITS: PictureLimits = {
  ...{ bytesMax: 2_000_000, widthMin: 320, heightMin: 180, widthMax: 1920, heightMax: 1080 },
  bestSize: '1280 × 720',
};
