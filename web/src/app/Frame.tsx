import { useMutation } from '@tanstack/react-query';
import { CodeXml, Compass, LogOut, MessageCircle, Settings, Wallet } from 'lucide-react';
import { type ReactNode, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { NavLink, useMatch, useNavigate } from 'react-router';
import { signOut } from '../api/people.ts';
import { isProblem } from '../api/problem.ts';
import type { Me } from '../api/types.ts';
import { useTotals } from '../features/threads/sync/useOwn.ts';
import { cx } from '../lib/cx.ts';
import { type Language, languageNames, languages } from '../lib/languages.ts';
import { chooseTheme, type ThemeChoice, themeChoices, useThemeChoice } from '../lib/theme.ts';
import { useIsPhone } from '../lib/useMediaQuery.ts';
import { Avatar } from '../ui/Avatar.tsx';
import { Counter } from '../ui/Counter.tsx';
import { IconButton } from '../ui/IconButton.tsx';
import { Mark } from '../ui/Mark.tsx';
import { Menu, MenuAction, MenuChoices, MenuRule } from '../ui/Menu.tsx';
import { useToast } from '../ui/Toasts.tsx';
import styles from './Frame.module.css';

export interface FrameProps {
  me: Me;
  language: Language;
  onChooseLanguage: (language: Language) => void;
  onSignedOut: () => void;
  children: ReactNode;
}

/** The places and the way between them: a rail at the start side, a bar below on phones. */
export function Frame({ me, children, ...settings }: FrameProps) {
  const isPhone = useIsPhone();
  const inThread = useMatch('/t/:thread') !== null;
  const { unread } = useTotals();
  useTitle(unread);

  return (
    <div className={styles.frame}>
      {!(isPhone && inThread) && (
        <Places
          unread={unread}
          head={!isPhone && <Mark size={30} className={styles.mark} />}
          foot={<SettingsMenu me={me} isPhone={isPhone} {...settings} />}
        />
      )}
      <div className={styles.place}>{children}</div>
    </div>
  );
}

/** `(3) Stoa`: how many messages are unread in all threads. */
function useTitle(unread: number): void {
  const { t } = useTranslation('app');
  useEffect(() => {
    document.title = unread > 0 ? t('unreadTitle', { count: unread }) : 'Stoa';
    return () => {
      document.title = 'Stoa';
    };
  }, [unread, t]);
}

function Places({ unread, head, foot }: { unread: number; head: ReactNode; foot: ReactNode }) {
  const { t } = useTranslation('app');
  const inThread = useMatch('/t/:thread') !== null;
  const places = [
    { to: '/', label: t('chats'), icon: <MessageCircle size={24} />, counter: unread, here: inThread },
    { to: '/find', label: t('find'), icon: <Compass size={24} />, counter: 0, here: false },
    { to: '/money', label: t('money'), icon: <Wallet size={24} />, counter: 0, here: false },
  ];
  return (
    <nav className={styles.rail} aria-label={t('main')}>
      {head}
      {places.map((place) => (
        <NavLink
          key={place.to}
          to={place.to}
          end
          title={place.label}
          className={({ isActive }) => cx(styles.link, (isActive || place.here) && styles.active)}
        >
          {place.icon}
          <span className={styles.label}>{place.label}</span>
          {place.counter > 0 && <Counter value={place.counter} />}
        </NavLink>
      ))}
      <span className={styles.grow} />
      {foot}
    </nav>
  );
}

function SettingsMenu({
  me,
  isPhone,
  language,
  onChooseLanguage,
  onSignedOut,
}: Omit<FrameProps, 'children'> & { isPhone: boolean }) {
  const { t } = useTranslation('app');
  const theme = useThemeChoice();
  const toast = useToast();
  const navigate = useNavigate();
  const left = () => {
    // Whoever signs in next does not begin in somebody else's conversation.
    void navigate('/');
    onSignedOut();
  };
  const leave = useMutation({
    mutationFn: signOut,
    onSuccess: left,
    onError: (error) => (isProblem(error, 'not_signed_in') ? left() : toast({ text: t('signOutFailed') })),
  });
  const labels: Record<ThemeChoice, string> = {
    system: t('theme.system'),
    light: t('theme.light'),
    dark: t('theme.dark'),
    contrast: t('theme.contrast'),
  };
  const menu = (trigger: ReactNode) => (
    <Menu trigger={trigger} side={isPhone ? 'top' : 'right'} align="end">
      <div className={styles.person}>
        <Avatar id={me.id} name={me.name} size="medium" />
        <span>
          <bdi className="cut">{me.name}</bdi>
          <bdi dir="ltr" className="t-meta quiet">
            @{me.handle}
          </bdi>
        </span>
      </div>
      <MenuRule />
      <MenuChoices
        label={t('language')}
        value={language}
        onChoose={onChooseLanguage}
        choices={languages.map((each) => ({ value: each, label: languageNames[each], lang: each }))}
      />
      <MenuRule />
      <MenuChoices
        label={t('theme')}
        value={theme}
        onChoose={chooseTheme}
        choices={themeChoices.map((each) => ({ value: each, label: labels[each] }))}
      />
      <MenuRule />
      <MenuAction icon={<CodeXml size={16} />} onSelect={() => void navigate('/bots')}>
        {t('bots')}
      </MenuAction>
      <MenuAction icon={<LogOut size={16} className="mirror" />} onSelect={() => leave.mutate()}>
        {t('signOut')}
      </MenuAction>
    </Menu>
  );
  return menu(
    isPhone ? (
      <button type="button" className={styles.link}>
        <Settings size={24} />
        <span className={styles.label}>{t('settings')}</span>
      </button>
    ) : (
      <IconButton
        label={t('settings')}
        className={styles.settings ?? ''}
        icon={
          <>
            <Settings size={24} />
            <Avatar id={me.id} name={me.name} size="medium" />
          </>
        }
      />
    ),
  );
}
