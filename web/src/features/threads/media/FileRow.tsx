import { Download, File, FileArchive, FileSpreadsheet, FileText } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { downloadUrl } from '../../../api/media.ts';
import type { Media } from '../../../api/types.ts';
import { useFormat } from '../../../lib/useFormat.ts';
import styles from './FileRow.module.css';

/** A file: what it is, its name with the ending that counts, its size. A press saves it. */
export function FileRow({ media }: { media: Media }) {
  const { t } = useTranslation('threads');
  const format = useFormat();
  const Icon = iconOf(media.type);
  const dot = media.name.lastIndexOf('.');
  const [name, ending] = dot > 0 ? [media.name.slice(0, dot), media.name.slice(dot)] : [media.name, ''];
  return (
    <a
      className={styles.row}
      href={downloadUrl(media.id)}
      download={media.name}
      aria-label={t('saveFile', { name: media.name, size: format.bytes(media.bytes) })}
    >
      <span className={styles.icon}>
        <Icon size={22} aria-hidden="true" />
      </span>
      <span className={styles.about}>
        <span dir="auto" className={styles.name}>
          <bdi className="cut">{name || t('file')}</bdi>
          <bdi dir="ltr">{ending}</bdi>
        </span>
        <span className="t-meta quiet">{format.bytes(media.bytes)}</span>
      </span>
      <Download size={18} aria-hidden="true" className={styles.save} />
    </a>
  );
}

function iconOf(type: string) {
  if (/zip|tar|gzip|compressed/.test(type)) return FileArchive;
  if (/sheet|csv|excel/.test(type)) return FileSpreadsheet;
  if (/text|pdf|word|document/.test(type)) return FileText;
  return File;
}
