/** Carries the ID token of the sluice command, for the name alone: an access token has no e-mail address. */
export const IDENTITY_HEADER = 'sluice-identity';
