import { useTranslation } from 'react-i18next';
import type { MediaAttachment } from '../../../api/types.ts';
import { MessageText } from '../thread/MessageText.tsx';
import { AudioPlayer } from './AudioPlayer.tsx';
import { FileRow } from './FileRow.tsx';
import styles from './MediaParts.module.css';
import { Pictures } from './Pictures.tsx';

/** What people attached, in the order they did: pictures and films side by side, the rest below one another. */
export function MediaParts({
  attachments,
  own,
  onOpen,
}: {
  attachments: readonly MediaAttachment[];
  own: boolean;
  /** Opens a picture in the viewer. */
  onOpen: ((attachment: MediaAttachment) => void) | null;
}) {
  const { t } = useTranslation('threads');
  const seen = attachments.filter(({ type }) => type === 'image' || type === 'video');
  const stickers = attachments.filter(({ type }) => type === 'sticker');
  const rest = attachments.filter(({ type }) => type === 'audio' || type === 'voice' || type === 'file');
  const captions = seen.filter(({ payload }) => payload.caption);
  return (
    <>
      {seen.length > 0 && (
        <div className={styles.framed} data-own={own || undefined}>
          <Pictures attachments={seen} onOpen={onOpen} />
          {captions.map(({ payload }) => (
            <div key={payload.media.id} className={styles.caption}>
              <MessageText text={payload.caption ?? ''} />
            </div>
          ))}
        </div>
      )}
      {stickers.map(({ payload: { media } }) => (
        <img
          key={media.id}
          className={styles.sticker}
          src={`/api/media/${media.id}`}
          alt={t('sticker')}
          width={media.width}
          height={media.height}
        />
      ))}
      {rest.map(({ type, payload }) => (
        <div key={payload.media.id} className={styles.slab} data-own={own || undefined}>
          {type === 'file' ? (
            <FileRow media={payload.media} />
          ) : (
            <AudioPlayer media={payload.media} waveform={payload.waveform} isVoice={type === 'voice'} />
          )}
          {payload.caption && (
            <div className={styles.caption}>
              <MessageText text={payload.caption} />
            </div>
          )}
        </div>
      ))}
    </>
  );
}
