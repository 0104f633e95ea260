/** The only script of the page; without it everything but copying and the series of a cell is there. Below 6 kB. */
export const PAGE_SCRIPT = `
addEventListener("DOMContentLoaded", () => {
  for (const part of document.querySelectorAll(".pila")) part.classList.add("scripted");
  addEventListener("click", ({ target }) => {
    if (!target.matches(".pila .copy")) return;
    navigator.clipboard.writeText(target.previousElementSibling.textContent).then(() => {
      const label = target.textContent;
      target.textContent = target.dataset.done;
      setTimeout(() => (target.textContent = label), 1500);
    });
  });
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll(".pila details:not([open])")];
    for (const fold of closed) fold.open = true;
  });
  addEventListener("afterprint", () => closed.forEach((fold) => (fold.open = false)));
  const open = () => document.querySelector(location.hash || "none")?.querySelector("details.cause")?.setAttribute("open", "");
  addEventListener("hashchange", open);
  for (const cube of document.querySelectorAll(".pila .cube")) showSeries(cube);
});
async function showSeries(element) {
  const { dates: names, azimuth, range, low, high, label, lang, gzip } = JSON.parse(element.textContent);
  const dates = names.map((name) => name.replace(/[&<>"']/g, (c) => "&#" + c.charCodeAt(0) + ";"));
  const section = element.closest(".pila");
  const images = [...section.querySelectorAll(".cells")];
  const out = section.querySelector(".series");
  let levels = null;
  const place = { a: azimuth >> 1, r: range >> 1 };
  const load = async () => {
    const bytes = Uint8Array.from(atob(gzip), (c) => c.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  };
  const number = (value) => value.toLocaleString(lang, { maximumFractionDigits: 1 });
  const draw = async () => {
    levels ??= await load();
    const values = dates.map((_, d) => {
      const level = levels[(d * azimuth + place.a) * range + place.r];
      return level === 0 ? null : low + ((level - 1) / 254) * (high - low);
    });
    const powers = values.filter((v) => v !== null).map((v) => 10 ** (v / 10));
    const mean = powers.reduce((s, v) => s + v, 0) / powers.length;
    const std = Math.sqrt(powers.reduce((s, v) => s + (v - mean) ** 2, 0) / Math.max(1, powers.length - 1));
    const dB = (power) => 10 * Math.log10(power);
    const [bottom, top] = [Math.floor(low), Math.ceil(high)];
    const [W, H, L, B] = [640, 200, 46, 34];
    const x = (d) => L + ((W - L - 12) * (d + 0.5)) / dates.length;
    const y = (v) => 10 + ((H - B - 10) * (top - Math.min(top, Math.max(bottom, v)))) / (top - bottom);
    const dots = values.map((v, d) => v === null ? "" : '<circle cx="' + x(d) + '" cy="' + y(v) + '" r="3.5" fill="currentColor"><title>' + dates[d] + ": " + number(v) + " dB</title></circle>");
    const line = values.map((v, d) => v === null ? "" : (d && values[d - 1] !== null ? "L" : "M") + x(d) + " " + y(v)).join("");
    const least = mean > std ? dB(mean - std) : bottom;
    const every = Math.ceil(dates.length / 6);
    const marks = dates.map((date, d) => d % every ? "" : '<text x="' + x(d) + '" y="' + (H - 14) + '" text-anchor="middle" fill="currentColor">' + date + "</text>");
    const ticks = [bottom, (bottom + top) / 2, top].map((v) => '<text x="' + (L - 6) + '" y="' + (y(v) + 4) + '" text-anchor="end" fill="currentColor">' + number(v) + "</text>");
    const band = powers.length < 2 ? "" : '<rect x="' + L + '" width="' + (W - L - 12) + '" y="' + y(dB(mean + std)) + '" height="' + (y(least) - y(dB(mean + std))) + '" fill="#d55e00" opacity=".15"/><path d="M' + L + " " + y(dB(mean)) + "H" + (W - 12) + '" stroke="#d55e00" stroke-width="2"/>';
    out.innerHTML = '<svg viewBox="0 0 ' + W + " " + H + '" role="img" aria-label="' + label + '">' + band + ticks.join("") + marks.join("") + '<path d="' + line + '" fill="none" stroke="currentColor"/>' + dots.join("") + "</svg>";
    for (const image of images) {
      const mark = image.querySelector("i") ?? image.appendChild(document.createElement("i"));
      const own = image.querySelector("img");
      mark.style.left = (own.offsetWidth * (place.r + 0.5)) / range + "px";
      mark.style.top = (own.offsetHeight * (place.a + 0.5)) / azimuth + "px";
    }
  };
  const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  for (const image of images) {
    image.addEventListener("click", (event) => {
      const box = image.querySelector("img").getBoundingClientRect();
      place.a = Math.min(azimuth - 1, Math.max(0, Math.floor(((event.clientY - box.top) / box.height) * azimuth)));
      place.r = Math.min(range - 1, Math.max(0, Math.floor(((event.clientX - box.left) / box.width) * range)));
      draw();
    });
    image.addEventListener("keydown", (event) => {
      const move = step[event.key];
      if (move === undefined) return;
      event.preventDefault();
      place.a = Math.min(azimuth - 1, Math.max(0, place.a + move[0]));
      place.r = Math.min(range - 1, Math.max(0, place.r + move[1]));
      draw();
    });
    image.addEventListener("focus", () => draw());
  }
}
`;
