/**
 * Returns the contents of a secret under test. Secrets Manager would generate it at random; here it is derived from the
 * ARN, so that every reader of the secret gets the same text.
 */
export function madeUpSecret(secretArn: string): string {
  if (/passphrase/.test(secretArn)) return secretArn.slice(-32);
  return JSON.stringify({ MediaPackageCDNIdentifier: `identifier ${secretArn.slice(-40)}` });
}
