/** The monitor has already seen what older events report. EventBridge delivers up to a day late. */
export const AGE_SECONDS_MAX = 900;
