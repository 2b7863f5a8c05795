// The review as a whole: how far, how fast, how many corrections, how accurate, and the list of all articles.

const BARS = 40;
const LEAST_SCALE = 5; // one correction is a low bar, also where no article had more

export const byId = (id) => document.getElementById(id);
export const element = (tag, className, text) => {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text; // never as HTML: texts come from anywhere
  return made;
};
export const plural = (count, word) => `${count.toLocaleString("en")} ${word}${count === 1 ? "" : "s"}`;
const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.round(seconds) % 60).padStart(2, "0")}`;

const median = (numbers) => {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted.length ? (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2 : 0;
};
const mean = (numbers) => numbers.reduce((sum, one) => sum + one, 0) / numbers.length;

const draw = (counts) => {
  const chart = byId("chart");
  const bars = counts.slice(-BARS);
  const most = Math.max(LEAST_SCALE, ...bars);
  const width = 300 / Math.max(bars.length, 10);
  chart.replaceChildren(...bars.map((count, index) => {
    const bar = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    const height = count ? (76 * count) / most : 2;
    const place = { x: index * width + 0.1 * width, y: 80 - height, width: 0.8 * width, height };
    for (const [name, value] of Object.entries(place)) bar.setAttribute(name, value.toFixed(2));
    if (!count) bar.setAttribute("class", "none");
    return bar;
  }));
  const text = counts.length < 6
    ? `${plural(counts.reduce((sum, one) => sum + one, 0), "label")} changed in ${plural(counts.length, "article")}.`
    : `On average, ${mean(counts.slice(0, 3)).toFixed(1)} labels changed in the first three articles, ${mean(counts.slice(-3)).toFixed(1)} in the last three.`;
  chart.setAttribute("aria-label", `Bars of the corrections of each article in the order of review. ${text}`);
  byId("changes-text").textContent = text;
};

export const report = (overview) => {
  const { entries, left, done } = overview;
  byId("count").textContent = `${left.length.toLocaleString("en")} left · ${done.length.toLocaleString("en")} done`;
  byId("progress").max = Math.max(1, entries.length);
  byId("progress").value = done.length;
  const took = done.map((one) => entries[one].seconds).filter((seconds) => seconds !== null);
  byId("pace").hidden = !took.length;
  if (took.length) {
    const each = median(took);
    const minutes = Math.max(1, Math.ceil((each * left.length) / 60));
    byId("pace-text").textContent = `The last article took ${clock(took[took.length - 1])}; the median is ${clock(each)}.${left.length ? ` About ${plural(minutes, "minute")} left.` : ""}`;
  }
  byId("accuracy").hidden = !done.length || entries.every((one) => one.confidence === null); // suspects: no model has tagged them
  byId("changes").hidden = !done.length;
  if (done.length) draw(done.map((one) => entries[one].changes));
  byId("news").hidden = !overview.news;
  if (byId("news-text").textContent !== overview.news) byId("news-text").textContent = overview.news;
  byId("saved-in").textContent = `Labels: ${overview.labels}${overview.reviewer ? ` · ${overview.reviewer}` : ""}`;
};

export const listArticles = (overview, current, open) => {
  byId("entries").replaceChildren(...[...overview.left, ...[...overview.done].reverse()].map((number) => {
    const entry = overview.entries[number];
    const row = element("tr", entry.done ? "done" : "left");
    const name = element("th");
    name.scope = "row";
    const button = element("button", "", entry.title || entry.name);
    button.type = "button";
    button.dir = "auto";
    button.addEventListener("click", () => { byId("list").close(); open(number); });
    name.append(button, element("span", "whence", entry.site || (entry.title ? entry.name : "")));
    if (number === current) row.classList.add("now");
    const time = entry.seconds === null ? (entry.done ? "done" : "left") : clock(entry.seconds);
    row.append(name, element("td", "", entry.confidence === null ? "–" : entry.confidence.toFixed(2)),
      element("td", "", entry.done || entry.changes ? String(entry.changes) : ""), element("td", "", time));
    return row;
  }));
  byId("list").showModal();
};

export const accuracyText = (found) => {
  const percent = (share) => `${(100 * share).toFixed(1)} %`;
  if (!found) return "Accept an article first.";
  const articles = found.seen > 1 ? `${plural(found.seen, "article")} are` : "1 article is";
  const left = found.seen ? ` ${articles} left out, because the model had learned from ${found.seen > 1 ? "them" : "it"} before the review.` : "";
  if (!found.articles) return left.trimStart();
  const interval = found.low === null ? "" : ` (95 % interval ${found.low.toFixed(3)}–${found.high.toFixed(3)})`;
  const f1 = found.word_f1 === null ? "" : ` Word F1 ${found.word_f1.toFixed(3)}${interval}.`;
  return `You kept ${percent(found.right)} of ${plural(found.paragraphs, "label")} in ${plural(found.articles, "article")}.${f1} The model had not learned from these articles when it tagged them.${left}`;
};
