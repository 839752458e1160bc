import { type KeyboardEvent, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { QuickRepliesProps } from '../../api/slots.ts';
import { cx } from '../../lib/cx.ts';
import { type ReadyReply, readQuickReplies } from '../../ui/cards/quickReplies.ts';
import { GiveReply } from './GiveReply.tsx';
import styles from './QuickReplies.module.css';

/**
 * Suggested answers under the newest message of a bot: wrapped on desktop, one scrolling line on phones. One stop
 * for the tab key; the arrows move among them.
 */
export function QuickReplies({ replies, page, onPress }: QuickRepliesProps) {
  const { t } = useTranslation('bots');
  const row = useRef<HTMLDivElement>(null);
  const ready = readQuickReplies(replies, page);
  const [giving, setGiving] = useState<ReadyReply['gives']>();
  if (ready.length === 0) return null;

  const onKeyDown = (event: KeyboardEvent) => {
    const buttons = [...(row.current?.querySelectorAll('button') ?? [])];
    const next = neighbourOf(buttons, event.key, row.current);
    if (!next) return;
    event.preventDefault();
    for (const button of buttons) button.tabIndex = button === next ? 0 : -1;
    next.focus();
  };

  if (giving)
    return (
      <GiveReply
        kind={giving}
        onGive={(value) => {
          setGiving(undefined);
          onPress({ title: value, payload: value });
        }}
        onCancel={() => setGiving(undefined)}
      />
    );

  return (
    <div ref={row} role="toolbar" aria-label={t('quickReplies')} className={styles.row} onKeyDown={onKeyDown}>
      {ready.map(({ title, payload, image, gives }, index) => (
        <button
          key={gives ?? `${title}/${payload}`}
          type="button"
          tabIndex={index === 0 ? 0 : -1}
          className={cx(styles.reply, 't-small')}
          onClick={() => (gives ? setGiving(gives) : onPress({ title, payload }))}
        >
          {image && <img src={image} alt="" width={24} height={24} referrerPolicy="no-referrer" />}
          <span dir="auto">{gives ? t(gives === 'user_email' ? 'giveMail' : 'givePhone') : title}</span>
        </button>
      ))}
    </div>
  );
}

function neighbourOf(
  buttons: HTMLButtonElement[],
  key: string,
  row: Element | null,
): HTMLButtonElement | undefined {
  const current = buttons.indexOf(document.activeElement as HTMLButtonElement);
  const rtl = row !== null && getComputedStyle(row).direction === 'rtl';
  switch (key) {
    case 'Home':
      return buttons[0];
    case 'End':
      return buttons.at(-1);
    case 'ArrowRight':
    case 'ArrowLeft': {
      const step = (key === 'ArrowRight') !== rtl ? 1 : -1;
      return buttons[(current + step + buttons.length) % buttons.length];
    }
    default:
      return undefined;
  }
}
