/** Media of one harvest job: what the job copies and where. */
export interface HarvestOrder {
  packageChannelId: string;
  startMs: number;
  endMs: number;
  bucket: string;
  /** Key of the multivariant playlist; everything else is stored beside it. */
  manifestKey: string;
}

/** Copies packaged media of a window into S3, cut at segments. */
export interface Harvester {
  /**
   * Repeating it stores the same objects again.
   * @throws {HarvestFailure} when the job must fail
   */
  harvest(order: HarvestOrder): Promise<void>;
}

/** Explains why a harvest job fails, as its event does on AWS. */
export class HarvestFailure extends Error {
  override readonly name = 'HarvestFailure';
}

/** Fails every job, where no media is kept. */
export const noHarvester: Harvester = {
  async harvest() {
    throw new HarvestFailure('no media is available in the window');
  },
};
