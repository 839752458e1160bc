import type { DeliveryDetail } from '../../api/console.ts';

/** As people read JSON; what is none stays as it is. */
export function prettyJson(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** A command that sends the same bytes to one's own machine; the body's quotes survive any POSIX shell. */
export function curlOf({ headers, body }: Pick<DeliveryDetail, 'headers' | 'body'>): string {
  const quoted = (text: string) => `'${text.replaceAll("'", String.raw`'\''`)}'`;
  return [
    "curl -i -X POST 'http://127.0.0.1:9000/webhook'",
    "-H 'Content-Type: application/json'",
    ...headers
      .filter(({ name }) => name !== 'Accept')
      .map(({ name, value }) => `-H ${quoted(`${name}: ${value}`)}`),
    `--data-raw ${quoted(body)}`,
  ].join(' \\\n  ');
}
