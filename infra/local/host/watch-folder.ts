/** Folder of the built dashboard with the files of the public pages. */
export const WATCH_FOLDER = 'watch';
