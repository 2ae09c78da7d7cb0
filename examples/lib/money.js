exports.format = (amount, currency) => new Intl.NumberFormat("en", { style: "currency", currency }).format(amount);
