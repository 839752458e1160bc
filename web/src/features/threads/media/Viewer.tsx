import { ChevronLeft, ChevronRight, Download, X, ZoomIn, ZoomOut } from 'lucide-react';
import { Dialog } from 'radix-ui';
import { type KeyboardEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { downloadUrl, mediaUrl, thumbnailUrl } from '../../../api/media.ts';
import type { MediaAttachment } from '../../../api/types.ts';
import { useZoom } from './useZoom.ts';
import styles from './Viewer.module.css';

export interface ViewerProps {
  attachments: readonly MediaAttachment[];
  first: MediaAttachment;
  onClose: () => void;
}

/** Pictures and films of a conversation, one at a time, over everything. Esc closes, arrows turn the page. */
export default function Viewer({ attachments, first, onClose }: ViewerProps) {
  const { t } = useTranslation('threads');
  const [opener] = useState(() => document.activeElement);
  const [index, setIndex] = useState(() =>
    Math.max(
      0,
      attachments.findIndex((each) => each.payload.media.id === first.payload.media.id),
    ),
  );
  const shown = attachments[index] ?? first;
  const { media, caption } = shown.payload;
  const zoom = useZoom(media.id);
  const turn = (step: number) => {
    const next = index + step;
    if (next >= 0 && next < attachments.length) setIndex(next);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const isMirrored = getComputedStyle(event.currentTarget).direction === 'rtl';
    if (event.key === 'ArrowRight') turn(isMirrored ? -1 : 1);
    else if (event.key === 'ArrowLeft') turn(isMirrored ? 1 : -1);
    else if (event.key === '+' || event.key === '=') zoom.by(1.5);
    else if (event.key === '-') zoom.by(1 / 1.5);
    else if (event.key === '0') zoom.reset();
    else return;
    event.preventDefault();
  };

  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Content
          className={styles.viewer}
          aria-describedby={undefined}
          onKeyDown={onKeyDown}
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            if (opener instanceof HTMLElement) opener.focus();
          }}
        >
          <div className={styles.head}>
            <Dialog.Title className="cut">
              {attachments.length > 1
                ? t('ofSeveral', { index: index + 1, count: attachments.length })
                : t('photo')}
            </Dialog.Title>
            {shown.type === 'image' && (
              <>
                <button type="button" aria-label={t('zoomOut')} onClick={() => zoom.by(1 / 1.5)}>
                  <ZoomOut size={22} />
                </button>
                <button type="button" aria-label={t('zoomIn')} onClick={() => zoom.by(1.5)}>
                  <ZoomIn size={22} />
                </button>
              </>
            )}
            <a href={downloadUrl(media.id)} download={media.name} aria-label={t('save')}>
              <Download size={22} />
            </a>
            <Dialog.Close aria-label={t('ui:close')}>
              <X size={24} />
            </Dialog.Close>
          </div>
          <div className={styles.stage} {...(shown.type === 'image' ? zoom.handlers : {})}>
            {shown.type === 'video' ? (
              // biome-ignore lint/a11y/useMediaCaption: people's own films have no captions
              <video
                key={media.id}
                src={mediaUrl(media.id)}
                poster={media.thumbnail ? thumbnailUrl(media.id) : undefined}
                controls
                playsInline
                preload="metadata"
              />
            ) : (
              <img
                key={media.id}
                src={mediaUrl(media.id)}
                alt={caption ?? t('photo')}
                width={media.width}
                height={media.height}
                draggable={false}
                style={{ transform: zoom.transform }}
              />
            )}
          </div>
          {index > 0 && (
            <button
              type="button"
              className={styles.before}
              aria-label={t('previous')}
              onClick={() => turn(-1)}
            >
              <ChevronLeft size={28} className="mirror" />
            </button>
          )}
          {index < attachments.length - 1 && (
            <button type="button" className={styles.after} aria-label={t('next')} onClick={() => turn(1)}>
              <ChevronRight size={28} className="mirror" />
            </button>
          )}
          {caption && (
            <p className={styles.caption} dir="auto">
              {caption}
            </p>
          )}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
