/** Where and how to reach AWS. Without an endpoint the SDK resolves it. */
export interface AwsClientOptions {
  region?: string;
  /** One address for all services, which is how the embedded endpoints are reached. */
  endpoint?: string;
  credentials?: { accessKeyId: string; secretAccessKey: string };
  /** Attempts per call. Use 1 where Step Functions retries, because retry layers multiply. */
  attemptsMax: number;
}

/** Returns the configuration of an SDK client. */
export function configOf({ attemptsMax, ...options }: AwsClientOptions) {
  return {
    ...options,
    maxAttempts: attemptsMax,
    // A hanging call must end well before the function times out; its outcome then counts as unknown.
    requestHandler: { connectionTimeout: 3_000, requestTimeout: 15_000, throwOnRequestTimeout: true },
  };
}
