/**
 * What the interface offers of what is built: a part is offered once the server that it is shipped with answers it.
 */
export const offers = {
  /** `/api/media`: attachments. */
  media: true,
  /** Members, roles, invites and settings of groups. */
  groups: false,
  /** Settings, drafts, totals and requests of one's own. */
  own: true,
};
