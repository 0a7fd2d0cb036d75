/** The build without subtitles, alternative audio and DRM: a third smaller, but without types. */
declare module 'hls.js/light' {
  export { default, Events } from 'hls.js';
}
