/**
 * Regions in which public documents say a deployment would fail. AWS adds services to Regions, so the lists exclude
 * Regions, with a date; `npm run preflight` asks the Region itself.
 */

/**
 * CloudFront delivers no standard logs to buckets in these Regions. Its newer kind of delivery does, but has to be set
 * up in us-east-1, where a deployment has no stack. Read on 2026-11-30.
 * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging-legacy-s3.html
 */
const WITHOUT_CLOUDFRONT_LOGS = [
  'af-south-1',
  'ap-east-1',
  'ap-east-2',
  'ap-south-2',
  'ap-southeast-3',
  'ap-southeast-4',
  'ap-southeast-5',
  'ap-southeast-6',
  'ap-southeast-7',
  'ca-west-1',
  'eu-central-2',
  'eu-south-1',
  'eu-south-2',
  'il-central-1',
  'me-central-1',
  'me-south-1',
  'mx-central-1',
];

/**
 * Returns the reason a deployment cannot be created in a Region,
 * or null if none is known.
 */
export function whyNotIn(region: string): string | null {
  if (/^(cn|us-gov|us-iso|eu-iso|eusc)/.test(region)) {
    return 'Regions of another partition have no CloudFront, or a separate one that this deployment does not support';
  }
  if (WITHOUT_CLOUDFRONT_LOGS.includes(region)) {
    return 'CloudFront delivers no access logs to buckets in this Region; choose one that needs no opt-in, such as eu-central-1';
  }
  return null;
}
