const { format } = require("money");

function handler(event) {
  const total = event.items.reduce((sum, item) => sum + item.price * item.count, 0);
  return { items: event.items.length, total: format(total, event.currency) };
}
