/** The server takes 16 KB of text, counted in UTF-8. */
const bytesMax = 16 * 1024;
const encoder = new TextEncoder();

/** Bytes that can still be written; negative when there are too many. */
export function bytesLeft(text: string): number {
  // No character takes more than three bytes per UTF-16 unit: most texts need not be encoded to know.
  if (text.length * 3 < bytesMax - 1024) return bytesMax - text.length * 3;
  return bytesMax - encoder.encode(text.trim()).length;
}
