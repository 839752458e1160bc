import { Problem, problemOf } from './problem.ts';

type Query = Record<string, string | number | undefined>;

interface RequestOptions {
  query?: Query;
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal | undefined;
}

const answerWithinMs = 20_000;
let onSignedOut: () => void = () => undefined;

/** Called when the server says that nobody is signed in any more, whatever was asked. */
export function whenSignedOut(run: () => void): void {
  onSignedOut = run;
}

/**
 * One call of the people's interface (docs/protocol/http.md). The session is the cookie; `Stoa-Client` shows that
 * a page of ours asks. Throws `Problem`, or the abort reason of `signal`.
 */
export async function request<Answer>(
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  { query, body, headers, signal }: RequestOptions = {},
): Promise<Answer> {
  const timeout = AbortSignal.timeout(answerWithinMs);
  let response: Response;
  try {
    response = await fetch(path + queryString(query), {
      method,
      credentials: 'same-origin',
      headers: {
        Accept: 'application/json',
        'Stoa-Client': 'web',
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Problem('network_unreachable', 0, 'No answer came from the server.');
  }

  if (!response.ok) {
    const problem = await problemOf(response);
    if (problem.status === 401 && problem.code === 'not_signed_in') onSignedOut();
    throw problem;
  }
  if (response.status === 204) return undefined as Answer;
  try {
    return (await response.json()) as Answer;
  } catch {
    throw new Problem('not_understood', response.status, 'The answer was not JSON.');
  }
}

function queryString(query: Query = {}): string {
  const pairs = Object.entries(query).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, String(value)]],
  );
  return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs)}`;
}
