/** Most rows that MediaLive returns per page of ListChannels and ListInputs (`MaxResults`, 1 to 1000). */
export const MEDIA_LIVE_PAGE_MAX = 1000;
