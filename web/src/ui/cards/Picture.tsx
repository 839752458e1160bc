import { Image } from 'lucide-react';
import { useState } from 'react';
import { cx } from '../../lib/cx.ts';
import styles from './Picture.module.css';

/**
 * A picture of a business. One that is missing or does not load leaves a tile of the same shape, so that the cards
 * of a carousel stay level. Decorative: title and subtitle say what it shows.
 */
export function Picture({ src, square = false }: { src: string | undefined; square?: boolean }) {
  const [failed, setFailed] = useState<string | null>(null);
  return (
    <div className={cx(styles.frame, square && styles.square)}>
      {src && failed !== src ? (
        <img
          src={src}
          alt=""
          loading="lazy"
          decoding="async"
          referrerPolicy="no-referrer"
          onError={() => setFailed(src)}
        />
      ) : (
        <Image size={24} aria-hidden="true" />
      )}
    </div>
  );
}
