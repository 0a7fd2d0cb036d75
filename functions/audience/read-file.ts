/**
 * Waits for a file of S3. To a caller that may not list the bucket, which the public side may not, S3 answers
 * AccessDenied for a file that is not there. Elsewhere AccessDenied is a fault: a workflow that took it for a missing file
 * would lose a recording.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
 */
export async function readFile<File>(reading: Promise<File | null>): Promise<File | null> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof Error && error.name === 'AccessDenied') return null;
    throw error;
  }
}
