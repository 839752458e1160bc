/** What names a picture in a template, wherever it stands. */
const members = new Set([
  'image_url',
  'logo_image_url',
  'header_image_url',
  'above_bar_code_image_url',
  'barcode_image_url',
  // Of the preview of a page of the web.
  'image',
]);

/**
 * Our copy of a picture that a business named by address: its server never meets the reader. What it has not shown
 * in a conversation, or what cannot be fetched, is not there.
 */
export const ourPicture = (page: string, url: string) =>
  `${location.origin}/api/pages/${page}/pictures?url=${encodeURIComponent(url)}`;

/** The same attachment with our copies in the place of the addresses. */
export function withOurPictures<T>(value: T, page: string): T {
  return copy(value, page, 0) as T;
}

function copy(value: unknown, page: string, depth: number): unknown {
  if (typeof value !== 'object' || value === null || depth > 12) return value;
  if (Array.isArray(value)) return value.map((item) => copy(item, page, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [
      name,
      members.has(name) && typeof part === 'string' && /^https?:/i.test(part)
        ? ourPicture(page, part)
        : copy(part, page, depth + 1),
    ]),
  );
}
