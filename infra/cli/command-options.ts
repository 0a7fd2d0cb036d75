import type { Option } from './command.ts';

/** Options that several commands share. */

export const wait: Readonly<Record<string, Option>> = {
  wait: { type: 'boolean', meaning: 'wait for the end, and show the progress' },
  timeout: { type: 'string', value: 'SECONDS', meaning: 'end the wait after this time with exit code 8' },
};

/** Of a command that puts something on air: what runs may still not arrive. */
export const waitForDelivery: Readonly<Record<string, Option>> = {
  ...wait,
  wait: { type: 'boolean', meaning: 'wait until the media arrives, and show the progress; exit code 1 if it does not' },
};

export const selection: Readonly<Record<string, Option>> = {
  group: { type: 'string', value: 'NAME', names: 'groups', meaning: 'every destination of this group' },
  all: { type: 'boolean', meaning: 'every destination except the primary' },
};

export const page: Readonly<Record<string, Option>> = {
  limit: { type: 'string', value: 'COUNT', meaning: 'at most this many; 50 by default' },
};

export const period: Readonly<Record<string, Option>> = {
  from: { type: 'string', value: 'TIME', meaning: 'a UTC day or a time such as 2026-11-21T18:00:00Z' },
  to: { type: 'string', value: 'TIME', meaning: 'exclusive; now by default' },
};

export const destinationFields: Readonly<Record<string, Option>> = {
  name: { type: 'string', value: 'NAME', meaning: 'display name' },
  url: { type: 'string', value: 'URL', meaning: 'ingest address, without the stream key' },
  preset: { type: 'string', value: 'ID', meaning: 'encoding, such as 1080p30 or source' },
  'in-group': { type: 'string', value: 'NAME', names: 'groups', meaning: 'group it belongs to' },
  standby: { type: 'string', value: 'MODE', meaning: 'cold or warm', choices: ['cold', 'warm'] },
};
