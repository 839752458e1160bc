const words = {
  valid: 'Valid: signed by the shop and by the server, and unchanged since.',
  malformed: 'This is no receipt, or it is damaged.',
  other_server: 'NOT VALID here: another server than the one of this page signed it.',
  shop_signature: 'NOT VALID: something in it was changed, or the shop did not sign it.',
  server_signature: 'NOT VALID: the server did not confirm the shop’s signature.',
};
const serverKey = document.body.dataset.key;
const input = document.querySelector('textarea');
const verdict = document.querySelector('[role=status]');
const money = ({ amountMinor, currency }) => {
  const digits = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits;
  return `${(amountMinor / 10 ** digits).toFixed(digits)} ${currency}`;
};

const readAll = async (text) =>
  Promise.all(
    text.split(/\n(?=[{#h])/).filter((part) => part.trim()).map((part) => (part.trim().startsWith('{') ? JSON.parse(part) : unpack(part.trim().split('#').at(-1)))),
  );

const show = async () => {
  try {
    const all = await readAll(input.value);
    if (all.length === 0) return;
    const lines = [];
    for (const one of all) {
      const found = await verifyReceipt(one, serverKey);
      lines.push(words[found]);
      if (found !== 'valid') continue;
      const { merchant, amount, refunded, purchase, number, isTest } = one.receipt;
      lines.push(`  ${merchant.name}: ${money(amount)}${refunded.amountMinor ? `, of which ${money(refunded)} went back` : ''}${isTest ? ' (a test, no money)' : ''}`, `  purchase ${purchase}, receipt ${number}`);
      for (const older of all) {
        if (older !== one && (await supersedes(one, older))) lines.push(`  It takes the place of receipt ${older.receipt.number}, which counts no more.`);
      }
      if (one.receipt.supersedes) lines.push(`  An older receipt ${one.receipt.supersedes.number} of this purchase counts no more.`);
    }
    verdict.textContent = lines.join('\n');
  } catch {
    verdict.textContent = words.malformed;
  }
};
input.addEventListener('input', show);
if (location.hash.length > 1) {
  input.value = location.hash;
  show();
}
