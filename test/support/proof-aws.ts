import type { CreateChannelRequest } from '@aws-sdk/client-medialive';
import type { AssumptionId } from '../../infra/aws/prove/assumptions.ts';
import { AwsError } from '../../infra/local/endpoints/wire/aws-error.ts';
import type { AroundOperation, OperationCall } from '../../infra/local/endpoints/wire/rest-json-service.ts';

/**
 * Wraps the local endpoints into the AWS that the product assumes: adds what they lack, and can make one assumption at
 * a time false. It does not rely on their leniency: they may themselves refuse everything that it refuses.
 */
export interface ProofAws {
  around: AroundOperation;
  /** Connects or disconnects an encoder. */
  setEncoder(isConnected: boolean): void;
}

/** The facts of this AWS; a test may change them between two proofs. */
export interface Truth {
  /** The false assumption; null when all hold. */
  broken: AssumptionId | null;
}

interface ProofAwsOptions {
  now(): number;
  truth: Truth;
}

/** How long a flow refuses changes after it has accepted one. */
const UPDATING_MS = 4_000;
const HIDDEN_START_MS = 45_000;
const SLOW_START_MS = 11 * 60_000;

type Answer = Record<string, any>;
type Change = (call: OperationCall, proceed: () => Promise<unknown>) => Promise<unknown>;

/** Creates the wrapper. */
export function makeProofAws({ now, truth }: ProofAwsOptions): ProofAws {
  let updatingUntilMs = -Infinity;
  let flowStarts = 0;
  let hasEncoder = false;
  const maintenanceOf = new Map<string, unknown>();
  const startedAtMs = new Map<string, number>();

  /** Admits one change of a flow at a time, as MediaConnect does. */
  const changeFlow: Change = async ({ operation, input }, proceed) => {
    if (now() < updatingUntilMs) {
      const isAtOnce = JSON.stringify(input).includes('-at-once-');
      const isOdd = truth.broken === (isAtOnce ? 'AWS-20' : 'AWS-21') && operation === 'AddFlowOutputs';
      throw isOdd
        ? new AwsError('ConflictException', 409, 'the flow is busy')
        : new AwsError('BadRequestException', 400, 'the flow is being updated');
    }
    const answer = await proceed();
    updatingUntilMs = now() + UPDATING_MS;
    return answer;
  };

  const describeFlow: Change = async (_call, proceed) => {
    const { Flow: flow, ...rest } = (await proceed()) as { Flow: Answer };
    const changed: Answer = { ...flow };
    if (flow['Status'] === 'ACTIVE' && now() < updatingUntilMs) changed['Status'] = 'UPDATING';
    if (truth.broken === 'AWS-01') changed['Source'] = { ...flow['Source'], Decryption: undefined };
    if (truth.broken === 'AWS-02' && flow['Status'] === 'STANDBY') delete changed['EgressIp'];
    // The local flow changes its address at each start, but the assumption needs one that keeps it.
    changed['EgressIp'] &&= truth.broken === 'AWS-15' ? `127.0.0.${flowStarts + 1}` : '127.0.0.1';
    return { ...rest, Flow: changed };
  };

  const describeSource: Change = async ({ input }, proceed) => {
    const isActive = flowStarts > 0 && !stoppedFlows.has(String(input['FlowArn']));
    if (truth.broken === (isActive ? 'AWS-17' : 'AWS-16'))
      throw new AwsError('BadRequestException', 400, 'no metadata now');
    const NO_MEDIA = { FlowArn: input['FlowArn'], Messages: [], TransportMediaInfo: { Programs: [] } };
    if (!isActive) return NO_MEDIA;
    const answer = (await proceed()) as Answer;
    if (!hasEncoder) return answer;
    const FrameRate = truth.broken === 'AWS-18' ? 'thirty' : '30000/1001';
    const stream = { StreamType: 'Video', Codec: 'AVC', FrameRate, Pid: 256 };
    const program = { PcrPid: 256, ProgramName: 'p', ProgramNumber: 1, ProgramPid: 4096, Streams: [stream] };
    return { ...answer, Messages: [], TransportMediaInfo: { Programs: [program] } };
  };

  const stoppedFlows = new Set<string>();
  const startFlow: Change = async ({ input }, proceed) => {
    const answer = await proceed();
    flowStarts += 1;
    stoppedFlows.delete(String(input['FlowArn']));
    return answer;
  };
  const stopFlow: Change = async (call, proceed) => {
    if (now() < updatingUntilMs) throw new AwsError('BadRequestException', 400, 'the flow is being updated');
    const answer = await proceed();
    stoppedFlows.add(String(call.input['FlowArn']));
    return answer;
  };

  const createChannel: Change = async (call, proceed) => {
    const settings = call.input as unknown as CreateChannelRequest;
    const isPackage = settings.Destinations?.some(({ MediaPackageSettings: group }) => group !== undefined) ?? false;
    const videos = settings.EncoderSettings?.VideoDescriptions ?? [];
    const isSizeless = isPackage && videos.some(({ Width: width }) => width === undefined);
    const refusal = new AwsError('UnprocessableEntityException', 422, 'The channel is not valid', {
      validationErrors: [{ elementPath: '/encoderSettings/videoDescriptions/0/width', errorMessage: 'is required' }],
    });
    if (isPackage && !isSizeless && truth.broken === 'AWS-10') throw refusal;
    if (isSizeless && truth.broken !== 'AWS-09') throw refusal;
    for (const video of isSizeless ? videos : []) Object.assign(video, { Width: 1280, Height: 720 });
    const answer = (await proceed()) as { Channel: Answer };
    maintenanceOf.set(answer.Channel['Id'], settings.Maintenance);
    return answer;
  };

  const describeChannel: Change = async (_call, proceed) => {
    const channel = (await proceed()) as Answer;
    const Maintenance = truth.broken === 'AWS-11' ? undefined : maintenanceOf.get(channel['Id']);
    const startedMs = startedAtMs.get(channel['Id']) ?? -Infinity;
    const isUp = ['STARTING', 'RUNNING'].includes(channel['State']);
    if (isUp && truth.broken === 'AWS-23' && now() < startedMs + HIDDEN_START_MS) return { ...channel, State: 'IDLE' };
    if (isUp && truth.broken === 'AWS-24' && now() < startedMs + SLOW_START_MS)
      return { ...channel, State: 'STARTING' };
    return { ...channel, Maintenance };
  };

  const startChannel: Change = async ({ input }, proceed) => {
    const answer = await proceed();
    startedAtMs.set(String(input['ChannelId']), now());
    return answer;
  };

  const createInput: Change = async (_call, proceed) => {
    try {
      return await proceed();
    } catch (error) {
      // This is the only refusal of a well-formed request.
      const isQuota = error instanceof AwsError && /quota/.test(error.message);
      if (isQuota && truth.broken === 'AWS-13')
        throw new AwsError('TooManyRequestsException', 429, 'Too many requests');
      throw error;
    }
  };

  const getMetricData: Change = async ({ input }) => {
    const queries = input['MetricDataQueries'] as { Id: string }[];
    const values = (id: string): number[] => {
      if (id === 'withgroup') return truth.broken === 'AWS-26' ? [] : [0, 0];
      return id === 'networkout' ? [0.02] : [];
    };
    const MetricDataResults = queries.map(({ Id }) => ({
      Id,
      StatusCode: 'Complete',
      Values: values(Id),
      Timestamps: values(Id).map((_, index) => new Date(now() - index * 60_000)),
    }));
    return { MetricDataResults };
  };

  const changes: Record<string, Change> = {
    'mediaconnect AddFlowOutputs': changeFlow,
    'mediaconnect RemoveFlowOutput': changeFlow,
    'mediaconnect DescribeFlow': describeFlow,
    'mediaconnect DescribeFlowSourceMetadata': describeSource,
    'mediaconnect StartFlow': startFlow,
    'mediaconnect StopFlow': stopFlow,
    'medialive CreateChannel': createChannel,
    'medialive DescribeChannel': describeChannel,
    'medialive StartChannel': startChannel,
    'medialive CreateInput': createInput,
    'medialive ListAlerts': async (_call, proceed) => (truth.broken === 'AWS-25' ? { Alerts: [] } : proceed()),
    'monitoring GetMetricData': getMetricData,
    'monitoring ListMetrics': async () => ({
      Metrics: [{ Dimensions: ['ChannelId', 'OutputGroupName', 'Pipeline'].map((Name) => ({ Name, Value: 'x' })) }],
    }),
  };
  return {
    around: (call, proceed) => (changes[`${call.service} ${call.operation}`] ?? ((_, next) => next()))(call, proceed),
    setEncoder: (isConnected) => void (hasEncoder = isConnected),
  };
}
