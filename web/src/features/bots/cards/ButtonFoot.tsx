import { Check, ExternalLink, LogIn, LogOut, Phone } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { CardFoot } from '../../../ui/cards/CardFoot.tsx';
import type { CardButton } from '../../../ui/cards/readTemplate.ts';
import { wasPressed } from '../../../ui/cards/threadFacts.ts';
import { useToast } from '../../../ui/Toasts.tsx';
import { logIn, logOut } from '../accountLink.ts';
import type { CardContext } from './context.ts';

/** A button that does not move money. One that was taken keeps a tick; bots decide whether twice means anything. */
export function ButtonFoot({
  button,
  page,
  seq,
  facts,
  enabled,
  onPress,
}: { button: Exclude<CardButton, { type: 'payment' }> } & Pick<
  CardContext,
  'page' | 'seq' | 'facts' | 'enabled' | 'onPress'
>) {
  const { t } = useTranslation('bots');
  const toast = useToast();
  switch (button.type) {
    case 'postback':
      return (
        <CardFoot
          disabled={!enabled}
          icon={wasPressed(facts, seq, button.payload) && <Check size={16} aria-label={t('chosen')} />}
          onPress={() => onPress({ title: button.title, payload: button.payload })}
        >
          {button.title}
        </CardFoot>
      );
    case 'web_url':
      return (
        <CardFoot
          href={button.url}
          icon={<ExternalLink size={16} className="mirror" aria-hidden="true" />}
          spoken={t('opensOutside', { title: button.title })}
        >
          {button.title}
        </CardFoot>
      );
    case 'account_link':
      return (
        <CardFoot
          disabled={!enabled}
          icon={<LogIn size={16} className="mirror" aria-hidden="true" />}
          onPress={() => void logIn(page, button.url).catch(() => toast({ text: t('logInFailed') }))}
        >
          {t('logIn')}
        </CardFoot>
      );
    case 'account_unlink':
      return (
        <CardFoot
          disabled={!enabled}
          icon={<LogOut size={16} className="mirror" aria-hidden="true" />}
          onPress={() =>
            void logOut(page).then(
              () => toast({ text: t('loggedOut') }),
              () => toast({ text: t('logInFailed') }),
            )
          }
        >
          {t('logOut')}
        </CardFoot>
      );
    case 'phone_number':
      return (
        <CardFoot href={`tel:${button.number}`} icon={<Phone size={16} aria-hidden="true" />}>
          {button.title}
        </CardFoot>
      );
  }
}
