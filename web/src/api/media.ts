/**
 * Uploads by tus 1.0.0 (docs/protocol/media.md): begun under an id that the client made, sent in pieces, gone on with
 * from where the server has come to. Content is read through the app, which sends on to the media origin.
 */
import type { ClientId, MediaId } from './ids.ts';
import { Problem, problemOf } from './problem.ts';
import { request } from './request.ts';
import type { Media } from './types.ts';

const pieceBytes = 8 * 1024 * 1024;
const tus = { 'Tus-Resumable': '1.0.0', 'Stoa-Client': 'web' };

export const mediaUrl = (id: MediaId) => `/api/media/${id}`;
export const thumbnailUrl = (id: MediaId) => `/api/media/${id}/thumbnail`;
export const downloadUrl = (id: MediaId) => `/api/media/${id}?download=true`;

export interface MediaInfo {
  id: MediaId;
  kind: 'image' | 'video' | 'audio' | 'file';
  type: string;
  name: string;
  bytes: number;
  width?: number;
  height?: number;
  durationMs?: number;
  hasThumbnail: boolean;
  waveform?: number[];
}

export const getMediaInfo = (id: MediaId, signal?: AbortSignal) =>
  request<MediaInfo>('GET', `/api/media/${id}/info`, { signal });

/** What a message tells of an upload. */
export const cardOf = ({
  id,
  type,
  name,
  bytes,
  width,
  height,
  durationMs,
  hasThumbnail,
}: MediaInfo): Media => ({
  id,
  type,
  name,
  bytes,
  ...(width === undefined ? {} : { width }),
  ...(height === undefined ? {} : { height }),
  ...(durationMs === undefined ? {} : { durationMs }),
  thumbnail: hasThumbnail,
});

/** Gives an upload up that nothing uses. */
export const deleteMedia = (id: MediaId) =>
  request<void>('DELETE', `/api/media/${id}`, { headers: { 'Tus-Resumable': '1.0.0' } });

/** A small picture of it, at most 512 pixels to a side and 64 KB; once. */
export async function putThumbnail(id: MediaId, picture: Blob): Promise<void> {
  const response = await fetch(thumbnailUrl(id), {
    method: 'PUT',
    credentials: 'same-origin',
    headers: { 'Stoa-Client': 'web', 'Content-Type': picture.type },
    body: picture,
  });
  if (!response.ok) throw await problemOf(response);
}

/** Begins an upload, or finds it again under the same `clientId`. */
export async function beginUpload(
  file: Blob,
  name: string,
  clientId: ClientId,
  signal: AbortSignal,
): Promise<{ id: MediaId; offset: number }> {
  const metadata = Object.entries({ filename: name, filetype: file.type, clientId })
    .filter(([, value]) => value !== '')
    .map(([key, value]) => `${key} ${base64(value)}`)
    .join(',');
  const response = await ask('/api/media', {
    method: 'POST',
    headers: { 'Upload-Length': String(file.size), 'Upload-Metadata': metadata },
    signal,
  });
  const id = response.headers.get('Location')?.split('/').at(-1);
  if (!id) throw new Problem('not_understood', response.status, 'The answer names no upload.');
  return { id: id as MediaId, offset: Number(response.headers.get('Upload-Offset') ?? 0) };
}

/** How many bytes the server has. */
export async function uploadOffset(id: MediaId, signal: AbortSignal): Promise<number> {
  const response = await ask(mediaUrl(id), { method: 'HEAD', signal });
  return Number(response.headers.get('Upload-Offset') ?? 0);
}

/**
 * Sends the next piece from `offset`; resolves with the offset reached. The last piece is answered once its content
 * has been checked. An XMLHttpRequest, because fetch does not tell how far a body has gone.
 */
export function sendPiece(
  file: Blob,
  id: MediaId,
  offset: number,
  signal: AbortSignal,
  onProgress: (sent: number) => void,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const call = new XMLHttpRequest();
    call.open('PATCH', mediaUrl(id));
    for (const [name, value] of Object.entries(tus)) call.setRequestHeader(name, value);
    call.setRequestHeader('Content-Type', 'application/offset+octet-stream');
    call.setRequestHeader('Upload-Offset', String(offset));
    call.upload.onprogress = (event) => onProgress(offset + event.loaded);
    call.onerror = () => reject(unreachable());
    call.onabort = () => reject(signal.reason);
    call.onload = () => {
      if (call.status >= 200 && call.status < 300)
        return resolve(Number(call.getResponseHeader('Upload-Offset') ?? offset));
      const headers = new Headers();
      const wait = call.getResponseHeader('Retry-After');
      if (wait !== null) headers.set('Retry-After', wait);
      void problemOf(new Response(call.responseText, { status: call.status, headers })).then(reject);
    };
    signal.addEventListener('abort', () => call.abort(), { once: true });
    call.send(file.slice(offset, offset + pieceBytes));
  });
}

const unreachable = () => new Problem('network_unreachable', 0, 'No answer came from the server.');

async function ask(
  path: string,
  { headers, ...init }: { method: string; headers?: Record<string, string>; signal: AbortSignal },
): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, { ...init, credentials: 'same-origin', headers: { ...tus, ...headers } });
  } catch (error) {
    if (init.signal.aborted) throw error;
    throw unreachable();
  }
  if (!response.ok) throw await problemOf(response);
  return response;
}

/** Of the text in UTF-8. */
function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
