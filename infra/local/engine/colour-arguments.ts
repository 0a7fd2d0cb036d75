import { colourConversion, type ColourNumbers } from '../../../functions/domain/picture-colour.ts';

/** Brightness of white paper in an HDR picture, in nits (ITU-R BT.2408); what is brighter is a light or a reflection. */
const REFERENCE_WHITE_NITS = 203;
/** The brightest a picture can be, in nits: what PQ can code, and the display that HLG is made for. */
const PEAK_NITS = { pq: 10_000, hlg: 1_000 };
const TRANSFERS = { pq: 'smpte2084', hlg: 'arib-std-b67' };
/** H.273's "unspecified". Without a hint, zscale refuses such pictures. */
const UNSPECIFIED = 2;

/**
 * Builds the filters of ffmpeg that turn pictures into BT.709 with limited range; none for pictures that need no
 * conversion. Pure. HDR is mapped by a curve that leaves dark and middle tones alone, brings reference white to about
 * 83 % of the signal, and compresses what is brighter, so that nothing clips and nothing looks washed out.
 */
export function buildColourFilters(colour: ColourNumbers | undefined): string[] {
  const conversion = colour ? colourConversion(colour) : null;
  if (!colour || conversion === null) return [];
  const hints = [
    ...(colour.colourPrimaries === UNSPECIFIED ? ['pin=bt2020'] : []),
    ...(colour.matrixCoefficients === UNSPECIFIED ? ['min=bt2020nc'] : []),
  ];
  const sdr = 't=bt709:m=bt709:r=tv';
  if (conversion === 'primaries') {
    const transfer = colour.transferCharacteristics === UNSPECIFIED ? ['tin=bt709'] : [];
    return [`zscale=${[...transfer, ...hints, 'p=bt709', sdr].join(':')}`];
  }
  const linear = [`tin=${TRANSFERS[conversion]}`, ...hints, 't=linear', 'p=bt709', `npl=${REFERENCE_WHITE_NITS}`].join(
    ':',
  );
  const peak = (PEAK_NITS[conversion] / REFERENCE_WHITE_NITS).toFixed(3);
  return [
    `zscale=${linear}`,
    'format=gbrpf32le',
    // Without `desat=0` bright colours become white.
    `tonemap=mobius:desat=0:peak=${peak}`,
    `zscale=${sdr}`,
  ];
}
