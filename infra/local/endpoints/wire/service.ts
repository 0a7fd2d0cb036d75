/** What every local AWS endpoint is: something that answers the requests signed for one AWS service. */
export interface LocalService {
  /** SigV4 signing name found in the request's credential scope: `medialive`, `states`, `kms`, `monitoring`, … */
  signingName: string;
  /** Answers as AWS would, AWS-shaped errors included. Never throws. */
  handle(request: Request): Promise<Response>;
}

export const LOCAL_REGION = 'us-east-1';
export const LOCAL_ACCOUNT_ID = '000000000000';

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

/** Takes events from the endpoints; delivery is asynchronous and best effort, as EventBridge's is for media services. */
export interface EventSink {
  put(event: AwsEvent): void;
}
