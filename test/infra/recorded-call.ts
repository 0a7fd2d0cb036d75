/** Names of the SDK clients in `AwsClients`, one per service, plus the client that entry points create themselves. */
export type ServiceName =
  | 'cloudWatch'
  | 'cloudWatchLogs'
  | 'cognito'
  | 'kms'
  | 'mediaConnect'
  | 'mediaLive'
  | 'mediaPackage'
  | 's3'
  | 'secretsManager'
  | 'sfn'
  | 'sns'
  | 'table';

/** One call of a function to AWS. It holds secrets, so never put it into a message. */
export interface RecordedCall {
  /** The function that made the call: `api`, `workflow`, … */
  function: string;
  service: ServiceName;
  /** AWS's name of the operation. */
  operation: string;
  /** The input that the code gave to the SDK. */
  input: Record<string, any>;
  /** AWS's answer; null if it refused the call. */
  output: Record<string, any> | null;
}
