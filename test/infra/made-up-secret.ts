/**
 * What a secret of a deployment under test holds. Secrets Manager would make it up at random; here it follows from the
 * ARN, so that everything that reads the same secret sees the same text.
 */
export function madeUpSecret(secretArn: string): string {
  return JSON.stringify({ MediaPackageCDNIdentifier: `identifier ${secretArn.slice(-40)}` });
}
