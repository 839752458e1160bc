import type { ClientId, Instant, ThreadId } from './ids.ts';
import { request } from './request.ts';

/** A form of a business in a message (docs/protocol/http.md). */
export interface FormState {
  kind: 'feedback' | 'information';
  answered: boolean;
  openUntil: Instant;
}

export interface FormAnswer {
  score?: number;
  followUp?: string;
  values?: Record<string, string>;
}

export const getForm = (thread: ThreadId, seq: number, signal?: AbortSignal) =>
  request<FormState>('GET', `/api/threads/${thread}/forms/${seq}`, { signal });

/** Once; the same `clientId` again changes nothing. */
export const answerForm = (thread: ThreadId, seq: number, clientId: ClientId, answer: FormAnswer) =>
  request<void>('POST', `/api/threads/${thread}/forms/${seq}`, { body: { clientId, ...answer } });
