/** Most rows MediaLive gives in one page of ListChannels and ListInputs (`MaxResults`, 1 to 1000). */
export const MEDIA_LIVE_PAGE_MAX = 1000;
