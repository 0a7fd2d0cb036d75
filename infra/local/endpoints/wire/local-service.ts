/** A local AWS endpoint: it handles the requests signed for one AWS service. */
export interface LocalService {
  /** The signing name in a request's SigV4 credential scope: `medialive`, `states`, `kms`, `monitoring`, … */
  signingName: string;
  /** Returns AWS's response, including its errors. Never throws. */
  handle(request: Request): Promise<Response>;
}

export const LOCAL_REGION = 'us-east-1';
export const LOCAL_ACCOUNT_ID = '000000000000';

/** Returns the ARN of a role that does not exist; nothing local checks it. */
export const localRoleArn = (name: string) => `arn:aws:iam::${LOCAL_ACCOUNT_ID}:role/${name}`;

/** An event as EventBridge delivers it to its targets. */
export interface AwsEvent {
  version: '0';
  id: string;
  source: string;
  'detail-type': string;
  account: string;
  region: string;
  time: string;
  resources: string[];
  detail: Record<string, unknown>;
}

/** Accepts events of the endpoints. Delivery is asynchronous and best effort, like EventBridge's for media services. */
export interface EventSink {
  put(event: AwsEvent): void;
}
