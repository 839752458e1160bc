import { CircleAlert, File as FileIcon, Film, Music, RotateCw, X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { ThreadId } from '../../../api/ids.ts';
import { cx } from '../../../lib/cx.ts';
import { useFormat } from '../../../lib/useFormat.ts';
import type { Tray, TrayItem } from './Tray.ts';
import styles from './TrayView.module.css';

/** Above the field: what goes with the message, how far each is, its caption, and a way out. */
export function TrayView({
  thread,
  tray,
  items,
}: {
  thread: ThreadId;
  tray: Tray;
  items: readonly TrayItem[];
}) {
  const { t } = useTranslation('threads');
  return (
    <ul className={styles.tray} aria-label={t('attachments')}>
      {items.map((item) => (
        <Entry
          key={item.clientId}
          item={item}
          onCaption={(caption) => tray.caption(thread, item, caption)}
          onRetry={() => tray.retry(thread, item)}
          onRemove={() => tray.remove(thread, item)}
        />
      ))}
    </ul>
  );
}

function Entry({
  item,
  onCaption,
  onRetry,
  onRemove,
}: {
  item: TrayItem;
  onCaption: (caption: string) => void;
  onRetry: () => void;
  onRemove: () => void;
}) {
  const { t } = useTranslation('threads');
  const format = useFormat();
  const { file, state } = item;
  const Icon = file.type.startsWith('video/') ? Film : file.type.startsWith('audio/') ? Music : FileIcon;
  const share = state.name === 'uploading' && file.size > 0 ? state.sent / file.size : 1;
  const whys: Record<string, string> = {
    media_too_large: t('refusal.tooLarge', { size: format.bytes(file.size) }),
    picture_too_large: t('refusal.pictureTooLarge'),
    storage_full: t('refusal.storageFull'),
    too_many_uploads: t('refusal.tooManyUploads'),
  };
  return (
    <li className={styles.entry}>
      <span className={styles.face}>
        {item.preview ? <img src={item.preview} alt="" /> : <Icon size={22} aria-hidden="true" />}
      </span>
      <span className={styles.about}>
        <span className={styles.name}>
          <bdi className="cut">{file.name}</bdi>
          <span className="quiet">{format.bytes(file.size)}</span>
        </span>
        {state.name === 'failed' ? (
          <span className={styles.failed} role="alert">
            <CircleAlert size={14} aria-hidden="true" />
            {whys[state.code] ?? t('uploadFailed')}
          </span>
        ) : (
          <input
            dir="auto"
            className={styles.caption}
            aria-label={t('captionOf', { name: file.name })}
            placeholder={t('caption')}
            maxLength={1024}
            value={item.caption}
            onChange={(event) => onCaption(event.target.value)}
          />
        )}
      </span>
      {state.name === 'failed' && (
        <button type="button" className={styles.button} aria-label={t('ui:tryAgain')} onClick={onRetry}>
          <RotateCw size={18} />
        </button>
      )}
      <button
        type="button"
        className={styles.button}
        aria-label={t('removeAttachment', { name: file.name })}
        onClick={onRemove}
      >
        <X size={18} />
      </button>
      {state.name === 'uploading' && (
        <progress
          className={cx(styles.progress)}
          aria-label={t('uploading', { name: file.name })}
          value={share}
          max={1}
        />
      )}
    </li>
  );
}
