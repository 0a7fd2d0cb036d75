/** Every place in the dashboard that has an address. */
export const paths = {
  show: '/',
  addDestination: '/destinations/new',
  editDestination: (destinationId: string) => `/destinations/${destinationId}/edit`,
} as const;

/** The pattern `paths.editDestination` fills in. */
export const EDIT_DESTINATION_PATTERN = '/destinations/:destinationId/edit';
