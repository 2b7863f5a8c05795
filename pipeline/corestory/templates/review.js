// The page shows a label as changed only when the server has answered, and the server answers only when it is on disk.
import { accuracyText, byId, element, listArticles, plural, report } from "./review_panel.js";

const CHANGES = `corestory-changes ${location.pathname}`; // the changes of this tab, for undoing them, kept over a reload
const POLL = 2500;
const IDLE = 60000; // a longer pause does not count as reading
const list = byId("paragraphs");

let overview = null;
let article = null;
let cursor = 0; // index of the focused paragraph
let anchor = 0; // index where the selected run begins
let lastActivity = Date.now();
const looked = new Map(); // seconds by article
const drawn = new WeakMap(); // the state in which each paragraph is shown
let queue = Promise.resolve();
let accepting = false;

const say = (text) => { byId("status").textContent = text; };
const complain = (text) => {
  byId("problem").textContent = text;
  byId("problem").hidden = !text;
};

class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

const ask = async (path, body) => {
  let answer;
  try {
    answer = await fetch(path, body === undefined ? {} : { method: "POST", body: JSON.stringify(body) });
  } catch {
    throw new Refused(0, "The server does not answer, so nothing more is saved. What was saved before is safe. Start the review again and open its new address.");
  }
  if (answer.status === 204) return null;
  if (answer.ok) return answer.json();
  let message = `The server answered ${answer.status}.`;
  try { message = (await answer.json()).message; } catch { /* no JSON: the guard of the server answered */ }
  throw new Refused(answer.status, answer.status === 507 ? `Not saved: ${message}` : message);
};

// One request after the other, so that decisions reach the disk in the order of the keys.
const enqueue = (work) => {
  queue = queue.then(async () => {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (error.status === 409) {
        if (article) show(await ask(`api/articles/${article.number}`));
        say(error.message);
      } else complain(error.message);
      return;
    }
    complain("");
  });
  return queue;
};

// --- the article

const describe = (paragraph) => [
  paragraph.changed ? "changed by you" : paragraph.decided ? "decided" : "",
  paragraph.doubtful ? "doubtful" : "",
  paragraph.asked ? "" : "context only",
].filter(Boolean).join(", ");

const fill = (item, paragraph) => {
  const state = JSON.stringify(paragraph);
  if (drawn.get(item) === state) return; // of hundreds of paragraphs a key changes one
  drawn.set(item, state);
  const classes = ["paragraph", paragraph.label || "unlabelled"];
  for (const name of ["doubtful", "decided", "changed"]) if (paragraph[name]) classes.push(name);
  if (!paragraph.asked) classes.push("context");
  item.className = classes.join(" ");
  const score = element("div", "score");
  score.append(element("span", "label", paragraph.label || "–"));
  if (paragraph.score !== null) score.append(element("span", "number", ` ${paragraph.score.toFixed(2)} `));
  score.append(element("span", "unseen", ` ${describe(paragraph)} `));
  const text = element("div", "text", paragraph.text);
  text.dir = "auto";
  if (paragraph.note) text.append(element("span", "note", paragraph.note));
  // 0 where the label is as likely wrong as right, 1 where it is certain.
  const strength = paragraph.score === null ? 0.3 : Math.abs(2 * paragraph.score - 1);
  text.style.setProperty("--strength", strength.toFixed(3));
  item.replaceChildren(score, text);
};

const mark = () => {
  const [from, to] = [Math.min(anchor, cursor), Math.max(anchor, cursor)];
  Array.from(list.children, (item, index) => {
    item.tabIndex = index === cursor ? 0 : -1;
    item.setAttribute("aria-selected", String(index >= from && index <= to));
  });
};

const move = (to, extend) => {
  cursor = Math.max(0, Math.min(to, list.children.length - 1));
  if (!extend) anchor = cursor;
  mark();
  const item = list.children[cursor];
  if (!item) return;
  item.focus({ preventScroll: true });
  item.scrollIntoView({ block: "nearest" });
};

const summarise = () => {
  const asked = article.paragraphs.filter((one) => one.asked);
  const core = asked.filter((one) => one.label === "core").length;
  const doubtful = asked.filter((one) => one.doubtful && !one.decided).length;
  const parts = [`${core} of ${plural(asked.length, "paragraph")} core`];
  if (article.confidence !== null) parts.push(`confidence ${article.confidence.toFixed(2)}`);
  if (doubtful) parts.push(`${doubtful} doubtful`);
  if (article.done) parts.push("accepted");
  byId("summary").textContent = `${parts.join(" · ")}.`;
  byId("doubtful-button").hidden = !doubtful;
  byId("accept-button").firstChild.textContent = article.done ? "Next " : "Accept ";
};

const show = (state) => {
  const another = !article || article.number !== state.number;
  article = state;
  byId("article").hidden = false;
  byId("finished").hidden = true;
  byId("accept-button").hidden = false;
  byId("title").textContent = state.title || state.name;
  document.title = `${state.title || state.name} – corestory review`;
  const whence = byId("whence");
  const link = element(/^https?:\/\//i.test(state.url) ? "a" : "bdi", "", state.url || (state.title ? state.name : ""));
  if (link instanceof HTMLAnchorElement) Object.assign(link, { href: state.url, rel: "noopener noreferrer", target: "_blank" });
  whence.replaceChildren(link);
  whence.title = state.name;
  while (list.children.length > state.paragraphs.length) list.lastChild.remove();
  state.paragraphs.forEach((paragraph, index) => {
    let item = list.children[index];
    if (!item) {
      item = element("li");
      item.setAttribute("role", "option");
      list.append(item);
    }
    item.id = `p${paragraph.position}`;
    item.value = paragraph.position;
    fill(item, paragraph);
    // Of an article of suspects only the lines around them are here.
    item.classList.toggle("gap", index > 0 && paragraph.position > state.paragraphs[index - 1].position + 1);
  });
  summarise();
  if (another) {
    history.replaceState(null, "", `#${state.number}`);
    // A page may begin with a hundred lines of menus, which the model nearly always tells. Of suspects each is asked.
    const story = state.confidence === null ? -1 : state.paragraphs.findIndex((one) => one.label === "core");
    cursor = anchor = Math.max(story < 0 ? state.paragraphs.findIndex((one) => one.asked) : story, 0);
    scrollTo(0, 0);
    mark();
    const item = list.children[cursor];
    if (item) {
      item.focus({ preventScroll: true });
      if (item.getBoundingClientRect().bottom > 0.8 * innerHeight) item.scrollIntoView({ block: "center" });
    }
    if (!looked.has(state.number)) looked.set(state.number, 0);
  } else mark();
};

const open = (number) => enqueue(async () => show(await ask(`api/articles/${number}`)));

// --- decisions

const changes = () => JSON.parse(sessionStorage.getItem(CHANGES) || "[]");
const remember = (all) => sessionStorage.setItem(CHANGES, JSON.stringify(all.slice(-500)));

const give = (label) => {
  const from = Math.min(anchor, cursor);
  const run = article.paragraphs.slice(from, Math.max(anchor, cursor) + 1).filter((one) => one.asked);
  if (!run.length) return say("This paragraph is only context.");
  const number = article.number;
  const positions = run.map((one) => one.position);
  return enqueue(async () => {
    const [change, state] = await ask(`api/articles/${number}/labels`, { positions, label });
    remember([...changes(), change]);
    if (article.number === number) show(state);
    say(`Saved: ${plural(positions.length, "paragraph")} ${label}.`);
  });
};
const other = (paragraph) => (paragraph.label === "core" ? "filler" : "core");

const accept = () => {
  if (!article || byId("article").hidden || accepting) return undefined;
  accepting = true; // a second key press must not accept an unseen article
  const { number } = article;
  return enqueue(async () => {
    try {
      if (article.number !== number) return;
      if (!article.done) {
        const asked = { revision: article.revision, seconds: looked.get(number) || 0 };
        const [change] = await ask(`api/articles/${number}/acceptance`, asked);
        remember([...changes(), change]);
        say("Saved: the article is accepted.");
      }
      await refresh();
      await next();
    } finally {
      accepting = false;
    }
  });
};

const next = async () => {
  const number = overview.left.find((one) => !article || one !== article.number);
  if (number !== undefined) return show(await ask(`api/articles/${number}`));
  if (overview.left.length) return undefined;
  byId("article").hidden = true;
  byId("finished").hidden = false;
  const corrections = overview.done.reduce((sum, one) => sum + overview.entries[one].changes, 0);
  byId("finished-text").textContent = `${plural(overview.done.length, "article")}, ${plural(corrections, "correction")}. The labels are in ${overview.labels}.`;
  for (const name of ["accept-button", "doubtful-button"]) byId(name).hidden = true;
  document.title = "Finished – corestory review";
  scrollTo(0, 0);
  byId("finished-title").focus({ preventScroll: true }); // the focused paragraph has gone, and with it what a screen reader reads
  return undefined;
};

const undo = () => enqueue(async () => {
  const all = changes();
  const change = all.pop() ?? null; // null: the last one before the server was started
  remember(all);
  const state = await ask("api/undo", { change });
  show(state);
  say("Undone.");
  return refresh();
});

const step = (by) => {
  if (!article) return;
  const order = [...overview.done, ...overview.left];
  const to = order[order.indexOf(article.number) + by];
  if (to !== undefined) open(to);
  else say(by > 0 ? "This is the last article." : "This is the first article.");
};

// --- the review as a whole

const refresh = async () => {
  const found = await ask(`api/overview?since=${overview ? overview.version : -1}`);
  if (found) {
    overview = found;
    report(overview);
  }
  return found;
};

// Another tab may have changed something, and adaptation may have ended.
const poll = async () => {
  if (document.hidden || !overview) return;
  await enqueue(async () => {
    if (!(await refresh()) || !article) return;
    if (overview.entries[article.number].revision !== article.revision) {
      show(await ask(`api/articles/${article.number}`));
      say("Another tab has changed this article.");
    }
  });
};

const measure = () => enqueue(async () => {
  byId("accuracy-text").textContent = accuracyText(await ask("api/accuracy"));
});

// --- keys, mouse, touch

const inArticle = {
  j: (extend) => move(cursor + 1, extend),
  k: (extend) => move(cursor - 1, extend),
  ArrowDown: (extend) => move(cursor + 1, extend),
  ArrowUp: (extend) => move(cursor - 1, extend),
  Home: (extend) => move(0, extend),
  End: (extend) => move(article.paragraphs.length - 1, extend),
  d: (extend) => {
    const doubtful = article.paragraphs.flatMap((one, index) => (one.doubtful && !one.decided ? [index] : []));
    if (doubtful.length) move(doubtful.find((index) => index > cursor) ?? doubtful[0], extend);
    else say("No paragraph is doubtful.");
  },
  " ": () => give(other(article.paragraphs[cursor])),
  c: () => give("core"),
  f: () => give("filler"),
  n: () => accept(),
};
const anywhere = {
  u: () => undo(),
  "?": () => byId("keys").showModal(),
  "[": () => step(-1),
  "]": () => step(1),
};

addEventListener("keydown", (event) => {
  lastActivity = Date.now();
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const onControl = event.target instanceof HTMLElement && event.target.closest("button, a");
  if (onControl && (key === " " || key === "Enter")) return;
  const shown = article && !byId("article").hidden;
  const action = anywhere[key] || (shown ? inArticle[key] : undefined);
  if (!action || !overview) return;
  event.preventDefault();
  action(event.shiftKey);
});

list.addEventListener("click", (event) => {
  const item = event.target.closest(".paragraph");
  if (!item) return;
  const index = Array.prototype.indexOf.call(list.children, item);
  const onLabel = event.target.closest(".score");
  if (!onLabel && String(getSelection())) return; // a text that is being selected stays so
  move(index, event.shiftKey);
  if (onLabel) give(other(article.paragraphs[index]));
});
// Shift and a click would select text instead of paragraphs.
list.addEventListener("mousedown", (event) => { if (event.shiftKey) event.preventDefault(); });
list.addEventListener("focusin", (event) => {
  const index = Array.prototype.indexOf.call(list.children, event.target.closest(".paragraph"));
  if (index >= 0 && index !== cursor) { cursor = anchor = index; mark(); }
});

byId("accept-button").addEventListener("click", accept);
byId("undo-button").addEventListener("click", undo);
byId("doubtful-button").addEventListener("click", () => inArticle.d(false));
byId("keys-button").addEventListener("click", anywhere["?"]);
byId("list-button").addEventListener("click", () => { if (overview) listArticles(overview, article && article.number, open); });
byId("accuracy-button").addEventListener("click", measure);
for (const name of ["pointerdown", "wheel", "scroll"]) addEventListener(name, () => { lastActivity = Date.now(); }, { passive: true });

setInterval(() => {
  if (article && !article.done && !document.hidden && Date.now() - lastActivity < IDLE) looked.set(article.number, (looked.get(article.number) || 0) + 1);
}, 1000);
setInterval(poll, POLL);
document.addEventListener("visibilitychange", poll);

enqueue(async () => {
  await refresh();
  const asked = Number.parseInt(location.hash.slice(1), 10);
  if (asked >= 0 && asked < overview.entries.length) show(await ask(`api/articles/${asked}`));
  else await next();
});
