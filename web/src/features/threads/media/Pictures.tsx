import { Play } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { mediaUrl, thumbnailUrl } from '../../../api/media.ts';
import type { MediaAttachment } from '../../../api/types.ts';
import { cx } from '../../../lib/cx.ts';
import { clockDuration } from '../../../lib/duration.ts';
import styles from './Pictures.module.css';

const shownMax = 4;

/** Up to four side by side, "+3" on the last. Their room is known before they come, so nothing jumps. */
export function Pictures({
  attachments,
  onOpen,
}: {
  attachments: readonly MediaAttachment[];
  onOpen: ((attachment: MediaAttachment) => void) | null;
}) {
  const { t } = useTranslation('threads');
  const shown = attachments.slice(0, shownMax);
  const more = attachments.length - shown.length;
  const isAlone = attachments.length === 1;
  return (
    <ul className={cx(styles.grid, styles[`of${Math.min(shown.length, shownMax)}`])}>
      {shown.map((attachment, index) => {
        const { media, caption } = attachment.payload;
        const isVideo = attachment.type === 'video';
        const place = { index: index + 1, count: attachments.length };
        const label = [
          isVideo ? t('openVideo') : t('openPicture'),
          caption ?? '',
          isAlone ? '' : t('ofSeveral', place),
        ]
          .filter(Boolean)
          .join(', ');
        return (
          <li key={media.id}>
            <button
              type="button"
              className={styles.stone}
              aria-label={label}
              disabled={!onOpen}
              style={isAlone ? { aspectRatio: shapeOf(media.width, media.height) } : undefined}
              onClick={() => onOpen?.(attachment)}
            >
              <Drawn media={media} whole={isAlone && !isVideo} />
              {isVideo && (
                <span className={styles.play} aria-hidden="true">
                  <Play size={22} fill="currentColor" />
                </span>
              )}
              {isVideo && media.durationMs !== undefined && (
                <span className={cx(styles.length, 'n')} dir="ltr" aria-hidden="true">
                  {clockDuration(media.durationMs)}
                </span>
              )}
              {more > 0 && index === shown.length - 1 && (
                <span className={cx(styles.more, 'n')} dir="ltr" aria-hidden="true">
                  +{more}
                </span>
              )}
            </button>
          </li>
        );
      })}
    </ul>
  );
}

/** Neither a tower nor a ribbon: what is longer is cut here and whole in the viewer. */
const shapeOf = (width = 4, height = 3) => String(Math.min(2.4, Math.max(0.7, width / height)));

/** The small picture first, and the whole over it once it is there. */
function Drawn({ media, whole }: { media: MediaAttachment['payload']['media']; whole: boolean }) {
  const [isHere, setIsHere] = useState(false);
  const isPicture = media.type.startsWith('image/');
  if (!isPicture && !media.thumbnail) return null;
  const small = media.thumbnail && !isHere && (
    <img src={thumbnailUrl(media.id)} alt="" loading="lazy" decoding="async" />
  );
  if (!whole && media.thumbnail) return small;
  return (
    <>
      {small}
      <img
        src={mediaUrl(media.id)}
        alt=""
        loading="lazy"
        decoding="async"
        onLoad={() => setIsHere(true)}
        className={cx(!isHere && media.thumbnail && styles.coming)}
      />
    </>
  );
}
