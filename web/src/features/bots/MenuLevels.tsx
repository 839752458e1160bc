import { ChevronLeft, ChevronRight, ExternalLink } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Press } from '../../api/slots.ts';
import type { MenuItem } from '../../api/types.ts';
import { webUrl } from '../../ui/cards/readTemplate.ts';
import styles from './MenuLevels.module.css';

/** Rows of a menu, one level at a time; deeper levels begin with a row that leads back. */
export function MenuLevels({
  items,
  enabled,
  onPress,
  onLeave,
}: {
  items: readonly MenuItem[];
  enabled: boolean;
  onPress: (press: Press) => void;
  /** An address was opened; the menu is done. */
  onLeave: () => void;
}) {
  const { t } = useTranslation('bots');
  const [path, setPath] = useState<readonly Extract<MenuItem, { type: 'nested' }>[]>([]);
  const list = useRef<HTMLUListElement>(null);
  const moved = useRef(false);
  const level = path.at(-1);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the rows are new when the path is
  useEffect(() => {
    if (moved.current) list.current?.querySelector<HTMLElement>('button, a')?.focus();
  }, [path]);

  const go = (next: typeof path) => {
    moved.current = true;
    setPath(next);
  };

  return (
    <ul ref={list} className={styles.rows} aria-label={level?.title ?? t('menu')}>
      {level && (
        <li className={styles.back}>
          <button type="button" className={styles.row} onClick={() => go(path.slice(0, -1))}>
            <ChevronLeft size={20} className="mirror" aria-hidden="true" />
            <span className="spoken">{t('back')}, </span>
            <span dir="auto" className={styles.title}>
              {level.title}
            </span>
          </button>
        </li>
      )}
      {(level?.items ?? items).map((item, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows of a level never move
        <li key={`${path.length}/${index}`}>
          <MenuRow
            item={item}
            enabled={enabled}
            onPress={onPress}
            onLeave={onLeave}
            onOpen={(nested) => go([...path, nested])}
          />
        </li>
      ))}
    </ul>
  );
}

function MenuRow({
  item,
  enabled,
  onPress,
  onLeave,
  onOpen,
}: {
  item: MenuItem;
  enabled: boolean;
  onPress: (press: Press) => void;
  onLeave: () => void;
  onOpen: (item: Extract<MenuItem, { type: 'nested' }>) => void;
}) {
  const { t } = useTranslation('bots');
  const title = (
    <span dir="auto" className={styles.title}>
      {item.title}
    </span>
  );
  switch (item.type) {
    case 'postback':
      return (
        <button
          type="button"
          className={styles.row}
          disabled={!enabled}
          onClick={() => onPress({ title: item.title, payload: item.payload })}
        >
          {title}
        </button>
      );
    case 'web_url':
      return (
        <a
          className={styles.row}
          href={webUrl(item.url)}
          target="_blank"
          rel="noopener noreferrer"
          aria-label={t('opensOutside', { title: item.title })}
          onClick={onLeave}
        >
          {title}
          <ExternalLink size={16} className="mirror" aria-hidden="true" />
        </a>
      );
    case 'nested':
      return (
        <button type="button" className={styles.row} aria-expanded={false} onClick={() => onOpen(item)}>
          {title}
          <ChevronRight size={20} className="mirror" aria-hidden="true" />
        </button>
      );
  }
}
