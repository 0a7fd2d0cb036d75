import type { Assumption } from '../assumption.ts';

/** What the public pages assume. No check decides it: `npm run prove` does not deploy them. */
export const ABOUT_AUDIENCE = {
  'AWS-68': {
    assumption:
      'CloudFront opens a path with a trusted key group to cookies of a policy for that folder, and checks them also for answers it has.',
    source: 'CloudFront developer guide, signed cookies with a custom policy',
    dependsOn: 'functions/aws/signed-cookies.ts, infra/aws/stacks/audience-site.ts',
    decidedBy: null,
    change:
      'The first private show decides: it plays with its link, and the address of a segment answers 403 in another browser.',
  },
  'AWS-69': {
    assumption:
      'A function at the edge (runtime 2.0) has createHmac with SHA-256, and its code may hold a dynamic reference to a secret.',
    source:
      'CloudFront developer guide, JavaScript runtime 2.0 (crypto); CloudFormation user guide, dynamic references in all resource properties',
    dependsOn: 'infra/aws/stacks/audience-segment-request.js, infra/aws/stacks/audience-site.ts',
    decidedBy: null,
    change:
      'The deployment of the audience stack and the first segment decide: an unresolved reference answers 404 for every segment.',
  },
  'AWS-70': {
    assumption: 'MediaPackage names segments by a path that ends in .ts, at most followed by ?m= and a number.',
    source: 'unproven; seen in playlists of the public web',
    dependsOn: 'functions/audience/live-playlist.ts',
    decidedBy: null,
    change: 'The first public show decides: a playlist without segments means names of another form.',
  },
  'AWS-71': {
    assumption:
      'CloudFront answers requests that arrive at once with one request to the origin, and keeps an answer for the max-age of a second it has.',
    source: 'CloudFront developer guide, managing how long content stays in the cache, simultaneous requests',
    dependsOn: 'functions/domain/audience-cost.ts, infra/aws/stacks/audience-site.ts',
    decidedBy: null,
    change:
      'The count of the API during the first large show decides; raise audience.requestsPerSecond if it is higher than estimated.',
  },
  'AWS-72': {
    assumption:
      'CloudFront replaces a CloudFront-Viewer-Address that a viewer sends, and writes the address with a port.',
    source: 'CloudFront developer guide, CloudFront request headers; for IPv6 the form is unproven',
    dependsOn: 'functions/audience/viewer-address.ts',
    decidedBy: null,
    change: 'The first watcher by IPv6 decides: with another form all such watchers share the limits of one.',
  },
  'AWS-73': {
    assumption:
      'A bucket policy with the condition aws:SourceArn lets the distributions of the account read recordings by origin access control.',
    source: 'CloudFront developer guide, restricting access to an S3 origin (it names one distribution)',
    dependsOn: 'infra/aws/stacks/data.ts (letDistributionsReadRecordings)',
    decidedBy: null,
    change: 'The first recording decides: segments that answer 403 mean that the policy has to name the distribution.',
  },
  'AWS-74': {
    assumption: 'DynamoDB accepts patterns that end in * for dynamodb:LeadingKeys with ForAllValues:StringLike.',
    source: 'DynamoDB developer guide, using IAM policy conditions for fine-grained access control',
    dependsOn: 'infra/aws/audience-permissions.ts',
    decidedBy: null,
    change: 'The first opened page decides: without it the policy denies every show, and audience-failing fires.',
  },
} as const satisfies Record<string, Assumption>;
