/** An error document of the server (RFC 9457), or its absence: `network_unreachable`, `not_understood`. */
export class Problem extends Error {
  override readonly name = 'Problem';

  constructor(
    /** Stable; texts may change. */
    readonly code: string,
    /** HTTP status, 0 where no answer came. */
    readonly status: number,
    readonly detail: string,
    readonly fix: string | undefined = undefined,
    readonly errors: Readonly<Record<string, readonly string[]>> = {},
    /** What the server asks to wait before the next try, in ms. */
    readonly retryAfterMs: number | undefined = undefined,
  ) {
    super(`${code}: ${detail}`);
  }

  /** Asking again may help: no answer, too busy, or a fault of the server. */
  get isPassing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

export const isProblem = (error: unknown, ...codes: string[]): error is Problem =>
  error instanceof Problem && (codes.length === 0 || codes.includes(error.code));

/** Reads the body of a refused call. Tolerant: a proxy may answer in its own words. */
export async function problemOf(response: Response): Promise<Problem> {
  const body: unknown = await response.json().catch(() => null);
  const members = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);
  return new Problem(
    text(members.code) ?? `http_${response.status}`,
    response.status,
    text(members.detail) ?? text(members.title) ?? response.statusText,
    text(members.fix),
    (members.errors ?? {}) as Record<string, string[]>,
    retryAfterMs(response.headers.get('Retry-After')),
  );
}

function retryAfterMs(header: string | null): number | undefined {
  if (header === null) return undefined;
  const seconds = Number(header);
  return Number.isFinite(seconds) ? Math.max(0, seconds * 1000) : undefined;
}
