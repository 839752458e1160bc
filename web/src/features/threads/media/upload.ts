import type { ClientId, MediaId } from '../../../api/ids.ts';
import {
  beginUpload,
  getMediaInfo,
  type MediaInfo,
  putThumbnail,
  sendPiece,
  uploadOffset,
} from '../../../api/media.ts';
import { isProblem, type Problem } from '../../../api/problem.ts';
import { pauseBeforeTry } from '../../../lib/live.ts';
import { thumbnailOf } from './thumbnail.ts';

const faultsMax = 6;

/**
 * Sends a file until it is there, over lost connections, and tells how far it is. Asking again with the same id goes
 * on where it stopped.
 * @throws Problem when the server refuses it; the reason of `signal` when it is given up.
 */
export async function upload(
  file: File,
  clientId: ClientId,
  signal: AbortSignal,
  onProgress: (sent: number) => void,
): Promise<MediaInfo> {
  const { id, offset } = await untilAnswered(signal, () => beginUpload(file, file.name, clientId, signal));
  let sent = offset;
  while (sent < file.size) {
    onProgress(sent);
    sent = await untilAnswered(
      signal,
      () => sendPiece(file, id, sent, signal, onProgress),
      // What was on its way when the connection broke may have come.
      async () => {
        sent = await uploadOffset(id, signal);
      },
    );
  }
  onProgress(file.size);
  const info = await untilAnswered(signal, () => getMediaInfo(id, signal));
  return info.hasThumbnail ? info : { ...info, hasThumbnail: await addThumbnail(info, file) };
}

/** A picture in small, so that the thread need not fetch the whole. Without one all works, only slower. */
async function addThumbnail(info: MediaInfo, file: File): Promise<boolean> {
  if (info.kind !== 'image' && info.kind !== 'video') return false;
  try {
    const picture = await thumbnailOf(file, info);
    if (!picture) return false;
    await putThumbnail(info.id as MediaId, picture);
    return true;
  } catch {
    return false;
  }
}

async function untilAnswered<Answer>(
  signal: AbortSignal,
  ask: () => Promise<Answer>,
  before: () => Promise<void> = async () => undefined,
): Promise<Answer> {
  for (let tries = 0; ; tries++) {
    try {
      if (tries > 0) await before();
      return await ask();
    } catch (error) {
      if (signal.aborted || !isProblem(error) || !mayHelp(error, tries)) throw error;
      await pause(error.retryAfterMs ?? pauseBeforeTry(tries, Math.random), signal);
    }
  }
}

/** 409 and 423: another call is at it, or the offset moved; the next look tells. */
const mayHelp = (problem: Problem, tries: number) =>
  (problem.isPassing && (problem.status === 0 || tries < faultsMax)) ||
  (isProblem(problem, 'wrong_offset', 'upload_locked', 'upload_unfinished') && tries < faultsMax);

const pause = (ms: number, signal: AbortSignal) =>
  new Promise<void>((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
