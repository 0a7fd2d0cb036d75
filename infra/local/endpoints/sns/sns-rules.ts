/**
 * What SNS accepts, as far as the local endpoint serves it: names, filter policies, subjects and sizes.
 * @see https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
 * @see https://docs.aws.amazon.com/sns/latest/dg/subscription-filter-policy-constraints.html
 */
import type { MessageAttributeValue } from '@aws-sdk/client-sns';
import { AwsError } from '../wire/aws-error.ts';

const MESSAGE_BYTES_MAX = 262_144;
const SUBJECT_CHARACTERS_MAX = 99;
const POLICY_KEYS_MAX = 5;
const POLICY_COMBINATIONS_MAX = 150;

/** Values that each named attribute of a message may have. */
export type FilterPolicy = Record<string, readonly string[]>;

/** SNS's error for a parameter that it does not accept. */
export function invalidParameter(parameter: string, reason = ''): AwsError {
  const text = reason === '' ? '' : ` Reason: ${reason}`;
  return new AwsError('InvalidParameterException', 400, `Invalid parameter: ${parameter}${text}`);
}

/** Refuses members that SNS has and this endpoint would drop. */
export function refuseOthers(input: object, honoured: readonly string[]): void {
  const given = Object.entries(input).filter(([, value]) => value !== undefined && value !== null);
  const other = given.find(([member]) => !honoured.includes(member));
  if (other !== undefined) throw invalidParameter(other[0], `${other[0]} is not supported by this local endpoint`);
}

/** Checks the address of an e-mail subscription. */
export function checkEmail(endpoint: string | undefined): string {
  if (endpoint === undefined || endpoint.length > 320 || !/^[^\s@]{1,64}@[^\s@]+\.[^\s@]+$/.test(endpoint)) {
    throw invalidParameter('Email address');
  }
  return endpoint;
}

/** Reads a policy of exact texts, the only form served here. */
export function readFilterPolicy(text: string): FilterPolicy {
  const refuse = (reason: string) => invalidParameter('FilterPolicy', reason);
  let policy: unknown;
  try {
    policy = JSON.parse(text);
  } catch {
    throw refuse('failed to parse JSON');
  }
  if (typeof policy !== 'object' || policy === null || Array.isArray(policy)) throw refuse('must be an object');
  const entries = Object.entries(policy as Record<string, unknown>);
  if (entries.length === 0 || entries.length > POLICY_KEYS_MAX) throw refuse(`1 to ${POLICY_KEYS_MAX} keys`);
  for (const [key, values] of entries) {
    const isList = Array.isArray(values) && values.length > 0;
    if (!isList) throw refuse(`"${key}" must be an object or an array`);
    if (!values.every((value) => typeof value === 'string')) {
      throw refuse(`"${key}": matching other than by exact text is not supported by this local endpoint`);
    }
  }
  const found = policy as FilterPolicy;
  const combinations = Object.values(found).reduce((product, values) => product * values.length, 1);
  if (combinations > POLICY_COMBINATIONS_MAX) throw refuse('Filter policy is too complex');
  return found;
}

/** Returns whether a message with these attributes passes a policy. Every key must match. */
export function passesPolicy(
  policy: FilterPolicy | null,
  attributes: Readonly<Record<string, MessageAttributeValue>>,
): boolean {
  return Object.entries(policy ?? {}).every(([key, values]) => values.includes(attributes[key]?.StringValue ?? ''));
}

/** Checks a message's text, subject and attributes, whose sizes count together. */
export function checkMessage(
  message: string | undefined,
  subject: string | undefined,
  attributes: Readonly<Record<string, MessageAttributeValue>>,
): void {
  if (message === undefined || message === '') throw invalidParameter('Empty message');
  let bytes = Buffer.byteLength(message);
  for (const [name, { DataType: type, StringValue: value, BinaryValue: binary }] of Object.entries(attributes)) {
    if (!/^(?!aws\.|amazon\.)[\w-]+(\.[\w-]+)*$/i.test(name) || name.length > 256) {
      throw new AwsError('InvalidParameterValueException', 400, `The message attribute name '${name}' is not valid.`);
    }
    if (binary !== undefined)
      throw invalidParameter('BinaryValue', 'BinaryValue is not supported by this local endpoint');
    if (type !== 'String') throw invalidParameter('DataType', `${type} is not supported by this local endpoint`);
    if (value === undefined || value === '') {
      throw new AwsError(
        'InvalidParameterValueException',
        400,
        `The message attribute '${name}' must contain non-empty message attribute value for message attribute type 'String'.`,
      );
    }
    bytes += Buffer.byteLength(name) + Buffer.byteLength(type) + Buffer.byteLength(value);
  }
  if (bytes > MESSAGE_BYTES_MAX) throw invalidParameter('Message too long');
  if (subject === undefined) return;
  // ASCII that begins with a letter, a number or punctuation, without line breaks and control characters.
  const isPlain = /^[!-~][ -~]*$/.test(subject);
  if (!isPlain || subject.length > SUBJECT_CHARACTERS_MAX) throw invalidParameter('Subject');
}
