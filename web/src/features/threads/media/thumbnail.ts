import type { MediaInfo } from '../../../api/media.ts';

const sideMax = 480;
const bytesMax = 64 * 1024;
const videoWithinMs = 8000;

/** A small picture of a picture or of the beginning of a video; null where this browser cannot draw it. */
export async function thumbnailOf(file: Blob, { kind, width, height }: MediaInfo): Promise<Blob | null> {
  if (!width || !height) return null;
  // What is small already is its own thumbnail.
  if (kind === 'image' && width <= sideMax && height <= sideMax && file.size <= bytesMax) return null;
  const scale = Math.min(1, sideMax / Math.max(width, height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const context = canvas.getContext('2d');
  if (!context) return null;
  if (kind === 'video')
    await withFrame(file, (video) => context.drawImage(video, 0, 0, canvas.width, canvas.height));
  else {
    const picture = await createImageBitmap(file);
    context.drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
  }
  for (const quality of [0.8, 0.6, 0.4]) {
    const made = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/webp', quality));
    if (made && made.size <= bytesMax && made.type !== 'image/png') return made;
  }
  return null;
}

async function withFrame(file: Blob, draw: (video: HTMLVideoElement) => void): Promise<void> {
  const address = URL.createObjectURL(file);
  const video = document.createElement('video');
  try {
    video.muted = true;
    video.preload = 'auto';
    video.src = address;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('no frame in time')), videoWithinMs);
      video.onerror = () => reject(new Error('not playable here'));
      video.onloadeddata = () => {
        video.currentTime = Math.min(0.5, video.duration / 2 || 0);
      };
      video.onseeked = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    draw(video);
  } finally {
    video.removeAttribute('src');
    URL.revokeObjectURL(address);
  }
}
