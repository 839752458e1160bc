import { Menu } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PersistentMenuProps } from '../../api/slots.ts';
import { useIsPhone } from '../../lib/useMediaQuery.ts';
import { IconButton } from '../../ui/IconButton.tsx';
import { PopoverPanel } from '../../ui/PopoverPanel.tsx';
import { Sheet } from '../../ui/Sheet.tsx';
import { MenuLevels } from './MenuLevels.tsx';
import styles from './PersistentMenu.module.css';

/** The menu of a business at the start of the composer: a popover, or a sheet on phones. */
export function PersistentMenu({ page, enabled, onPress }: PersistentMenuProps) {
  const { t } = useTranslation('bots');
  const isPhone = useIsPhone();
  const [open, setOpen] = useState(false);
  const items = page.menu?.items ?? [];
  if (items.length === 0) return null;

  const levels = (
    <MenuLevels
      items={items}
      enabled={enabled}
      onPress={(press) => {
        setOpen(false);
        onPress(press);
      }}
      onLeave={() => setOpen(false)}
    />
  );
  const button = (
    <IconButton
      label={t('menuOf', { name: page.name })}
      icon={<Menu size={20} />}
      {...(isPhone ? { 'aria-haspopup': 'dialog' as const, onClick: () => setOpen(true) } : {})}
    />
  );

  if (isPhone)
    return (
      <>
        {button}
        {open && (
          <Sheet title={page.name} onClose={() => setOpen(false)}>
            {levels}
          </Sheet>
        )}
      </>
    );
  return (
    <PopoverPanel
      label={t('menuOf', { name: page.name })}
      trigger={button}
      open={open}
      onOpenChange={setOpen}
      className={styles.panel ?? ''}
    >
      {levels}
    </PopoverPanel>
  );
}
