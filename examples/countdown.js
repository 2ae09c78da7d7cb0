// A promise is awaited, timers run, and console output comes back with the receipt.
async function handler({ from }) {
  for (let left = from; left > 0; left--) {
    console.log(left);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return "lift-off";
}
