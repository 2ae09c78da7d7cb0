// An ES module: the handler is an export of that name, or the default one.
export default function handler({ title }) {
  const slug = title.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");
  return { slug };
}
