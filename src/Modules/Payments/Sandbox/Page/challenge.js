// The answer goes to the sandbox, which is this origin; the app is only told that there is one.
const brands = { visa: 'Visa', mastercard: 'Mastercard', amex: 'American Express' };
const approve = document.getElementById('approve');
const decline = document.getElementById('decline');
const problem = document.getElementById('problem');
document.getElementById('amount').textContent = page.dataset.amount;
document.getElementById('card').textContent = `${brands[page.dataset.brand]} •••• ${page.dataset.last4}`;

const enable = (on) => {
  approve.disabled = !on;
  decline.disabled = !on;
};

async function answer(approved) {
  enable(false);
  problem.hidden = true;
  try {
    const response = await fetch(location.pathname, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ approve: approved }),
    });
    if (!response.ok) throw new Error(String(response.status));
    tellParent({ type: 'stoa.challenge.done' });
  } catch {
    problem.textContent = text.notSent;
    problem.hidden = false;
    enable(true);
  }
}

approve.addEventListener('click', () => void answer(true));
decline.addEventListener('click', () => void answer(false));
if (page.dataset.open !== 'true') {
  enable(false);
  problem.textContent = text.over;
  problem.hidden = false;
  tellParent({ type: 'stoa.challenge.done' });
}
