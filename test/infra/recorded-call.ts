/** Names of the SDK's clients as `AwsClients` has them, one per service, and of the one entry points make themselves. */
export type ServiceName =
  | 'cloudWatch'
  | 'cloudWatchLogs'
  | 'kms'
  | 'mediaConnect'
  | 'mediaLive'
  | 'mediaPackage'
  | 's3'
  | 'secretsManager'
  | 'sfn'
  | 'table';

/** One call of a function to AWS. Holds secrets: never into a message. */
export interface RecordedCall {
  /** The function that made it: `api`, `workflow`, … */
  function: string;
  service: ServiceName;
  /** AWS's name of the operation. */
  operation: string;
  /** What the code gave to the SDK. */
  input: Record<string, any>;
  /** What AWS answered; null when it refused. */
  output: Record<string, any> | null;
}
