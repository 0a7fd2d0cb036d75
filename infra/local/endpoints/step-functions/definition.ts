/**
 * Validates state machine definitions and converts them for the interpreter.
 *
 * The interpreter (aws-local-stepfunctions 3.0.0) silently differs from AWS in several places. Where the same meaning
 * can be expressed otherwise, the interpreter's copy is rewritten; everything else is refused when the machine is
 * created, so that no definition has a different meaning here than on AWS. The original definition is stored unchanged.
 */
import aslValidator from 'asl-validator';
import { AwsFault } from '../wire/aws-json.ts';

/** @see https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html */
const DEFINITION_CHARACTERS_MAX = 1_048_576;

/** The maximum of a Node timer, 24.8 days. A longer one would fire at once. */
const SECONDS_MAX = 2_147_483;

const CONTEXT_PATH =
  /^\$\$\.(Execution\.(Id|Name|Input|RoleArn|StartTime)|State\.(Name|EnteredTime|RetryCount)|StateMachine\.(Id|Name))\b/;

/** One retrier of a state. */
export interface Retrier {
  ErrorEquals: string[];
  IntervalSeconds?: number;
  BackoffRate?: number;
  MaxAttempts?: number;
  MaxDelaySeconds?: number;
  JitterStrategy?: 'NONE' | 'FULL';
}

/** The members of a state that this code reads. */
export interface State {
  Type: 'Task' | 'Pass' | 'Wait' | 'Choice' | 'Succeed' | 'Fail';
  Resource?: string;
  Retry?: Retrier[];
  [field: string]: unknown;
}

/** A definition that has passed `parseDefinition`. */
export interface Definition {
  StartAt: string;
  TimeoutSeconds?: number;
  States: Record<string, State>;
}

/**
 * Parses and checks a definition.
 * @throws {AwsFault} `InvalidDefinition`, also for definitions that the local interpreter would run differently from
 * AWS
 */
export function parseDefinition(text: string): Definition {
  if (text.length < 1 || text.length > DEFINITION_CHARACTERS_MAX) {
    throw invalid(`the definition must have 1 to ${DEFINITION_CHARACTERS_MAX} characters`);
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw invalid('INVALID_JSON_DESCRIPTION: the definition is not JSON');
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw invalid('INVALID_JSON_DESCRIPTION: the definition is not a JSON object');
  }
  const errors = validate(parsed);
  if (errors !== null) throw invalid(errors);
  const unsupported = findUnsupported(parsed as Definition);
  if (unsupported.length > 0) throw invalid(`not run by the local interpreter: ${unsupported.join('; ')}`);
  return parsed as Definition;
}

/** @returns the errors, or null */
function validate(definition: object): string | null {
  try {
    // The validator modifies its argument.
    const { isValid, errorsText } = aslValidator(structuredClone(definition));
    return isValid ? null : errorsText('; ');
  } catch {
    // The validator throws for states that are not objects.
    return 'SCHEMA_VALIDATION_FAILED: States must hold objects';
  }
}

/** Returns whether a Task calls its function through the optimised integration, which wraps payload and result. */
export function isInvokeIntegration(resource: string): boolean {
  return /^arn:aws[^:]*:states:::lambda:invoke$/.test(resource);
}

/**
 * Creates the interpreter's copy of a definition, without any timing: the caller enforces timeouts, and Wait states
 * become Task states whose handler waits. They get `{ input, seconds }` or `{ input, timestamp }` and return the input.
 */
export function toInterpreterForm(definition: Definition): Definition {
  const states = Object.entries(definition.States).map(([name, state]) => [name, toInterpreterState(state)] as const);
  return { StartAt: definition.StartAt, States: Object.fromEntries(states) };
}

function toInterpreterState(original: State): State {
  const state = structuredClone(original);
  // Without it the interpreter would time out after 60 s, whereas AWS has no limit.
  if (state.Type === 'Task') state['TimeoutSeconds'] = SECONDS_MAX;
  // The interpreter would store the result under a member named "$".
  if (state['ResultPath'] === '$') delete state['ResultPath'];
  if (state.Type === 'Pass' && 'Result' in state && !state['Result']) {
    // The interpreter ignores a Result of 0, false, "" or null.
    state['Parameters'] = state['Result'];
    delete state['Result'];
  }
  if (state.Type === 'Choice') state['Choices'] = (state['Choices'] as Rule[]).map(toInterpreterRule);
  return state.Type === 'Wait' ? toWaitingTask(state) : state;
}

type Rule = Record<string, unknown>;

/** Rewrites `IsPresent: false` and similar tests, which the interpreter treats as never true. */
function toInterpreterRule(rule: Rule): Rule {
  const next: Rule = { ...rule };
  for (const operator of ['And', 'Or']) {
    if (Array.isArray(next[operator])) next[operator] = (next[operator] as Rule[]).map(toInterpreterRule);
  }
  if (typeof next['Not'] === 'object') next['Not'] = toInterpreterRule(next['Not'] as Rule);
  const negated = Object.keys(next).find((operator) => operator.startsWith('Is') && next[operator] === false);
  if (negated === undefined) return next;
  const { Next, ...test } = next;
  return { Not: { ...test, [negated]: true }, ...(Next === undefined ? {} : { Next }) };
}

function toWaitingTask(state: State): State {
  const { Seconds, SecondsPath, Timestamp, TimestampPath, ...rest } = state;
  const time =
    SecondsPath !== undefined
      ? { 'seconds.$': SecondsPath }
      : TimestampPath !== undefined
        ? { 'timestamp.$': TimestampPath }
        : Timestamp !== undefined
          ? { timestamp: Timestamp }
          : { seconds: Seconds };
  return {
    ...rest,
    Type: 'Task',
    Resource: 'wait',
    TimeoutSeconds: SECONDS_MAX,
    Parameters: { ...time, 'input.$': '$' },
  };
}

function findUnsupported(definition: Definition): string[] {
  const found: string[] = [];
  const top = definition as unknown as Record<string, unknown>;
  if (top['QueryLanguage'] === 'JSONata') found.push('QueryLanguage JSONata');
  if ((definition.TimeoutSeconds ?? 0) > SECONDS_MAX) found.push(`TimeoutSeconds over ${SECONDS_MAX}`);
  for (const [name, state] of Object.entries(definition.States)) {
    const refuse = (what: string) => found.push(`${what} in state ${name}`);
    if (['Parallel', 'Map'].includes(state.Type)) refuse(`Type ${state.Type}`);
    if (state['QueryLanguage'] === 'JSONata') refuse('QueryLanguage JSONata');
    for (const field of ['Assign', 'HeartbeatSeconds', 'HeartbeatSecondsPath', 'TimeoutSecondsPath', 'Credentials']) {
      if (field in state) refuse(field);
    }
    for (const field of ['ErrorPath', 'CausePath']) {
      const path = state[field];
      if (typeof path === 'string' && !path.startsWith('$')) refuse(`an intrinsic function as ${field}`);
    }
    if (state.Type === 'Task' && !isFunction(state.Resource ?? '')) refuse(`Resource ${state.Resource}`);
    for (const path of findContextPaths(state)) {
      if (!CONTEXT_PATH.test(path)) refuse(`the context path ${path}`);
    }
    for (const field of ['Seconds', 'TimeoutSeconds']) {
      if (Number(state[field] ?? 0) > SECONDS_MAX) refuse(`${field} over ${SECONDS_MAX}`);
    }
  }
  return found;
}

function isFunction(resource: string): boolean {
  return /^arn:aws[^:]*:lambda:[^:]*:\d*:function:/.test(resource) || isInvokeIntegration(resource);
}

function findContextPaths(value: unknown): string[] {
  if (typeof value === 'string') return value.match(/\$\$[\w.[\]'*-]*/g) ?? [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(findContextPaths);
}

function invalid(reason: string): AwsFault {
  return new AwsFault('InvalidDefinition', `Invalid State Machine Definition: '${reason}'`);
}
