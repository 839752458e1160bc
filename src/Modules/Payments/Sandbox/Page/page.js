'use strict';
// Shared by the pages of the sandbox. They speak to one parent, whose origin the server wrote into the page.
const page = document.documentElement;
const parentOrigin = page.dataset.parent;
const tellParent = (message) => {
  if (window.parent !== window) window.parent.postMessage(message, parentOrigin);
};

const texts = {
  en: {
    number: 'Card number', expiry: 'Expiry', code: 'Security code',
    play: 'This is the sandbox: no money moves. Pick a test card; nothing you type leaves this page.',
    useTest: 'The sandbox knows test cards only. Pick one below.', wrongNumber: 'This is no card number. Check the digits.',
    wrongExpiry: 'Month and year, such as 08/29.', past: 'This card has expired.', wrongCode: 'Three digits, on the back.', wrongCodeAmex: 'Four digits, on the front.',
    works: 'works', declined: 'declined', funds: 'no funds', expired: 'expired', asks3: 'bank asks', lostAnswer: 'answer lost', lostRequest: 'bank unreachable', late: 'late answer', dispute: 'disputed later', refundLate: 'refunds late', refundFails: 'refund fails later',
    asks: 'Your bank asks you to confirm', playBank: 'This bank belongs to the sandbox. No money moves.', approve: 'Approve', decline: 'Decline', notSent: 'Not sent: the connection broke. Try again.', over: 'This has been answered already.',
  },
  fr: {
    number: 'Numéro de carte', expiry: 'Expiration', code: 'Code de sécurité',
    play: 'C’est le bac à sable : aucun argent ne circule. Choisissez une carte de test ; rien de ce que vous tapez ne quitte cette page.',
    useTest: 'Le bac à sable ne connaît que les cartes de test. Choisissez-en une ci-dessous.', wrongNumber: 'Ce n’est pas un numéro de carte. Vérifiez les chiffres.',
    wrongExpiry: 'Mois et année, par exemple 08/29.', past: 'Cette carte a expiré.', wrongCode: 'Trois chiffres, au dos.', wrongCodeAmex: 'Quatre chiffres, au recto.',
    works: 'acceptée', declined: 'refusée', funds: 'sans provision', expired: 'expirée', asks3: 'la banque demande', lostAnswer: 'réponse perdue', lostRequest: 'banque injoignable', late: 'réponse tardive', dispute: 'contestée ensuite', refundLate: 'remboursement tardif', refundFails: 'remboursement échoué ensuite',
    asks: 'Votre banque vous demande de confirmer', playBank: 'Cette banque fait partie du bac à sable. Aucun argent ne circule.', approve: 'Approuver', decline: 'Refuser', notSent: 'Non envoyé : la connexion a été coupée. Réessayez.', over: 'Vous avez déjà répondu.',
  },
  pl: {
    number: 'Numer karty', expiry: 'Ważna do', code: 'Kod zabezpieczający',
    play: 'To piaskownica: żadne pieniądze nie są przesyłane. Wybierz kartę testową; nic, co tu wpiszesz, nie opuszcza tej strony.',
    useTest: 'Piaskownica zna tylko karty testowe. Wybierz jedną poniżej.', wrongNumber: 'To nie jest numer karty. Sprawdź cyfry.',
    wrongExpiry: 'Miesiąc i rok, na przykład 08/29.', past: 'Ta karta straciła ważność.', wrongCode: 'Trzy cyfry, na odwrocie.', wrongCodeAmex: 'Cztery cyfry, z przodu.',
    works: 'działa', declined: 'odrzucona', funds: 'brak środków', expired: 'nieważna', asks3: 'bank pyta', lostAnswer: 'zgubiona odpowiedź', lostRequest: 'bank nieosiągalny', late: 'późna odpowiedź', dispute: 'później reklamacja', refundLate: 'późny zwrot', refundFails: 'zwrot potem odrzucony',
    asks: 'Bank prosi o potwierdzenie', playBank: 'Ten bank należy do piaskownicy. Żadne pieniądze nie są przesyłane.', approve: 'Potwierdź', decline: 'Odrzuć', notSent: 'Nie wysłano: połączenie zostało przerwane. Spróbuj ponownie.', over: 'Na to już odpowiedziano.',
  },
  he: {
    number: 'מספר כרטיס', expiry: 'תוקף', code: 'קוד אבטחה',
    play: 'זהו ארגז חול: שום כסף לא עובר. אפשר לבחור כרטיס בדיקה; מה שמקלידים כאן לא יוצא מהדף.',
    useTest: 'ארגז החול מכיר רק כרטיסי בדיקה. אפשר לבחור אחד מהרשימה.', wrongNumber: 'זה לא מספר כרטיס. כדאי לבדוק את הספרות.',
    wrongExpiry: 'חודש ושנה, למשל 08/29.', past: 'תוקף הכרטיס פג.', wrongCode: 'שלוש ספרות, בגב הכרטיס.', wrongCodeAmex: 'ארבע ספרות, בחזית הכרטיס.',
    works: 'עובד', declined: 'נדחה', funds: 'אין כיסוי', expired: 'פג תוקף', asks3: 'הבנק שואל', lostAnswer: 'התשובה אבדה', lostRequest: 'הבנק לא זמין', late: 'תשובה מאוחרת', dispute: 'יוכחש אחר כך', refundLate: 'החזר מאוחר', refundFails: 'ההחזר נכשל אחר כך',
    asks: 'הבנק שלך מבקש אישור', playBank: 'הבנק הזה שייך לארגז החול. שום כסף לא עובר.', approve: 'אישור', decline: 'דחייה', notSent: 'לא נשלח: החיבור נותק. אפשר לנסות שוב.', over: 'כבר ניתנה תשובה.',
  },
  ar: {
    number: 'رقم البطاقة', expiry: 'تاريخ الانتهاء', code: 'رمز الأمان',
    play: 'هذه بيئة تجريبية: لا تنتقل أي أموال. اختر بطاقة اختبار؛ لا شيء مما تكتبه يغادر هذه الصفحة.',
    useTest: 'البيئة التجريبية تعرف بطاقات الاختبار فقط. اختر واحدة أدناه.', wrongNumber: 'هذا ليس رقم بطاقة. تحقق من الأرقام.',
    wrongExpiry: 'الشهر والسنة، مثل 08/29.', past: 'انتهت صلاحية هذه البطاقة.', wrongCode: 'ثلاثة أرقام، على ظهر البطاقة.', wrongCodeAmex: 'أربعة أرقام، على وجه البطاقة.',
    works: 'تعمل', declined: 'مرفوضة', funds: 'رصيد غير كافٍ', expired: 'منتهية', asks3: 'البنك يسأل', lostAnswer: 'ضاع الرد', lostRequest: 'البنك لا يرد', late: 'رد متأخر', dispute: 'اعتراض لاحق', refundLate: 'استرداد متأخر', refundFails: 'يفشل الاسترداد لاحقًا',
    asks: 'بنكك يطلب منك التأكيد', playBank: 'هذا البنك جزء من البيئة التجريبية. لا تنتقل أي أموال.', approve: 'موافقة', decline: 'رفض', notSent: 'لم يُرسل: انقطع الاتصال. حاول مرة أخرى.', over: 'تم الرد على هذا من قبل.',
  },
};
const text = texts[page.lang];
for (const element of document.querySelectorAll('[data-text]')) element.textContent = text[element.dataset.text];

