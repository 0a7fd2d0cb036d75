/**
 * What every channel declares of its input. AWS bills what is declared, whatever comes; an SRT contribution feed for
 * our presets stays below 20 Mbit/s.
 * @see https://docs.aws.amazon.com/medialive/latest/ug/input-specification.html
 */
export const DECLARED_INPUT = { Codec: 'AVC', Resolution: 'HD', MaximumBitrate: 'MAX_20_MBPS' } as const;
