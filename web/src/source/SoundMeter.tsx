import type { FlowStatusResource } from '../../../functions/api/schemas/flow.ts';
import { formatLevel, METER_MIN, meterShare } from './source-faults.ts';
import classes from './SoundMeter.module.css';

type Analysis = NonNullable<FlowStatusResource['source']['analysis']>;
type Loudness = NonNullable<Analysis['loudness']>;

/** Meters of the source's sound. They keep their height without figures, so that nothing below them moves. */
export function SoundMeter({ analysis }: { analysis: Analysis | null }) {
  return (
    <section className={classes.meter} aria-label="Sound level">
      {analysis?.loudness ? <Levels loudness={analysis.loudness} /> : <p>{whyNone(analysis)}</p>}
    </section>
  );
}

function whyNone(analysis: Analysis | null): string {
  if (!analysis) return 'No sound level: no encoder is connected.';
  if (analysis.notAnalysed) return `Not analysed. ${analysis.notAnalysed}`;
  return 'No sound level: it is not measured here, or the source has no sound.';
}

function Levels({ loudness }: { loudness: Loudness }) {
  const { momentaryLufs, integratedLufs, truePeakDbtp, channelPeaksDbfs } = loudness;
  return (
    <>
      <div className={classes.bars}>
        {channelPeaksDbfs.map((peak, index) => (
          <div
            key={index}
            role="meter"
            aria-label={`Channel ${index + 1}`}
            aria-valuemin={METER_MIN}
            aria-valuemax={0}
            aria-valuenow={Math.min(0, Math.max(METER_MIN, peak ?? METER_MIN))}
            aria-valuetext={peak === null ? 'silence' : `${formatLevel(peak)} dBFS`}
          >
            <span
              style={{ transform: `scaleX(${meterShare(peak)})` }}
              data-loud={(peak ?? METER_MIN) > -1 || undefined}
            />
          </div>
        ))}
      </div>
      <dl>
        <Level name="Loudness" unit="LUFS" level={momentaryLufs} />
        <Level name="Integrated" unit="LUFS" level={integratedLufs} />
        <Level name="True peak" unit="dBTP" level={truePeakDbtp} />
      </dl>
    </>
  );
}

function Level({ name, unit, level }: { name: string; unit: string; level: number | null }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {formatLevel(level)}
        {level !== null && ` ${unit}`}
      </dd>
    </div>
  );
}
