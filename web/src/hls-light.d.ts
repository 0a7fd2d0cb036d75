/** The build without subtitles, alternative audio and DRM, which brings no types of its own: a third less to fetch. */
declare module 'hls.js/light' {
  export { default, Events } from 'hls.js';
}
